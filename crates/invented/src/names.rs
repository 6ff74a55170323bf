//! Names: which communities live here, how they name their children, and how their names vary.

use crate::random::{Random, Weighted, ranked};

/// How a community makes a whole name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Custom {
    /// Forename, middle names, surname.
    Plain,
    /// Many men have Mohammed before the name they are called by.
    Mohammed,
    /// Singh or Kaur, as a middle name or as surname.
    Singh,
    /// Own name, father's name, grandfather's name.
    Patronymic,
    /// Surnames have a form for women.
    Gendered,
    /// Two surnames.
    TwoSurnames,
}

/// People who draw on the same names.
#[derive(Debug)]
pub struct Community {
    pub custom: Custom,
    /// By birth cohort, the oldest first; men's then women's.
    men: Vec<Weighted<String>>,
    women: Vec<Weighted<String>>,
    surnames: Weighted<String>,
    /// Share of birthdays recorded as 1 January, the day not being known.
    pub on_new_years_day: f64,
    /// Share with a middle name.
    middle: f64,
}

/// Born before these years: cohorts of British forenames.
const COHORTS: [i32; 2] = [1968, 1988];

impl Community {
    pub fn forename(&self, random: &mut Random, is_male: bool, year: i32) -> String {
        let cohorts = if is_male { &self.men } else { &self.women };
        let cohort = COHORTS.iter().filter(|until| year >= **until).count().min(cohorts.len() - 1);
        cohorts[cohort].pick(random).clone()
    }

    pub fn middle_names(&self, random: &mut Random, is_male: bool, year: i32) -> String {
        if self.custom == Custom::Singh {
            return if random.chance(0.6) { sikh(is_male).to_owned() } else { String::new() };
        }
        if !random.chance(self.middle) {
            return String::new();
        }
        let first = self.forename(random, is_male, year);
        if random.chance(0.12) { format!("{first} {}", self.forename(random, is_male, year)) } else { first }
    }

    pub fn surname(&self, random: &mut Random) -> String {
        let one = self.surnames.pick(random).clone();
        match self.custom {
            Custom::Plain if random.chance(0.025) => format!("{one}-{}", self.surnames.pick(random)),
            Custom::TwoSurnames => format!("{one} {}", self.surnames.pick(random)),
            _ => one,
        }
    }

    /// The surname as a man or woman of the family bears it.
    pub fn borne(&self, surname: &str, is_male: bool, random: &mut Random) -> String {
        match self.custom {
            Custom::Gendered if !is_male && surname.ends_with("ki") => format!("{}a", &surname[..surname.len() - 1]),
            Custom::Singh if random.chance(0.25) => sikh(is_male).to_owned(),
            _ => surname.to_owned(),
        }
    }
}

fn sikh(is_male: bool) -> &'static str {
    if is_male { "Singh" } else { "Kaur" }
}

fn several(cohorts: &[&str]) -> Vec<Weighted<String>> {
    cohorts.iter().map(|words| Weighted::new(ranked(words))).collect()
}

/// Share of people, and the community.
pub fn communities() -> Weighted<Community> {
    let plain = |men: &str, women: &str, surnames: &str, custom, on_new_years_day, middle| Community {
        custom,
        men: several(&[men]),
        women: several(&[women]),
        surnames: Weighted::new(ranked(surnames)),
        on_new_years_day,
        middle,
    };
    Weighted::new([
        (british(), 0.67),
        (plain(PAKISTANI_MEN, PAKISTANI_WOMEN, PAKISTANI_SURNAMES, Custom::Mohammed, 0.03, 0.15), 0.075),
        (plain(PUNJABI_MEN, PUNJABI_WOMEN, PUNJABI_SURNAMES, Custom::Singh, 0.01, 0.6), 0.025),
        (plain(GUJARATI_MEN, GUJARATI_WOMEN, GUJARATI_SURNAMES, Custom::Plain, 0.005, 0.35), 0.03),
        (plain(BENGALI_MEN, BENGALI_WOMEN, BENGALI_SURNAMES, Custom::Mohammed, 0.04, 0.15), 0.02),
        (plain(AFRICAN_MEN, AFRICAN_WOMEN, AFRICAN_SURNAMES, Custom::Plain, 0.005, 0.6), 0.04),
        (plain(SOMALI_MEN, SOMALI_WOMEN, SOMALI_MEN, Custom::Patronymic, 0.15, 0.0), 0.015),
        (plain(ARAB_MEN, ARAB_WOMEN, ARAB_SURNAMES, Custom::Plain, 0.12, 0.2), 0.03),
        (plain(POLISH_MEN, POLISH_WOMEN, POLISH_SURNAMES, Custom::Gendered, 0.002, 0.2), 0.035),
        (plain(ROMANIAN_MEN, ROMANIAN_WOMEN, ROMANIAN_SURNAMES, Custom::Plain, 0.002, 0.4), 0.02),
        (plain(IBERIAN_MEN, IBERIAN_WOMEN, IBERIAN_SURNAMES, Custom::TwoSurnames, 0.002, 0.3), 0.015),
        (plain(CHINESE_MEN, CHINESE_WOMEN, CHINESE_SURNAMES, Custom::Plain, 0.002, 0.1), 0.025),
    ])
}

/// Two in five bear one of the common surnames; the rest one of thousands made of old words for places.
fn british() -> Community {
    const COMMON: f64 = 0.4;
    let common: Vec<(String, f64)> = ranked(BRITISH_SURNAMES)
        .into_iter()
        .enumerate()
        .map(|(at, (name, _))| (name, 1.0 / (at as f64 + 8.0)))
        .collect();
    let mut rare = Vec::new();
    for beginning in BEGINNINGS.split_whitespace() {
        rare.extend(ENDINGS.split_whitespace().map(|ending| format!("{beginning}{ending}")));
    }
    rare.extend(GAELIC.split_whitespace().flat_map(|root| ["Mc", "Mac", "O'"].map(|before| format!("{before}{root}"))));
    // In an order of its own, so that rarity and spelling have nothing to do with each other.
    rare.sort_by_cached_key(|name| Random::new(0, name).next());
    let rare: Vec<(String, f64)> =
        rare.into_iter().enumerate().map(|(at, name)| (name, 1.0 / (at as f64 + 50.0).powf(0.8))).collect();
    let sum = |all: &[(String, f64)]| all.iter().map(|(_, weight)| weight).sum::<f64>();
    let (all_common, all_rare) = (sum(&common), sum(&rare));
    let surnames = common
        .into_iter()
        .map(|(name, weight)| (name, COMMON * weight / all_common))
        .chain(rare.into_iter().map(|(name, weight)| (name, (1.0 - COMMON) * weight / all_rare)));
    Community {
        custom: Custom::Plain,
        men: BRITISH_MEN.map(|words| british_forenames(words, RARE_MEN)).into(),
        women: BRITISH_WOMEN.map(|words| british_forenames(words, RARE_WOMEN)).into(),
        surnames: Weighted::new(surnames),
        on_new_years_day: 0.001,
        middle: 0.75,
    }
}

/// The commonest of a cohort is borne by about one in twenty; one in six has a name that few bear.
fn british_forenames(words: &str, rare: &str) -> Weighted<String> {
    const RARE: f64 = 0.17;
    let common: Vec<(String, f64)> =
        words.split(' ').enumerate().map(|(at, word)| (word.to_owned(), 1.0 / (at as f64 + 10.0))).collect();
    let all_common: f64 = common.iter().map(|(_, weight)| weight).sum();
    let each_rare = RARE / rare.split(' ').count() as f64;
    let common = common.into_iter().map(|(name, weight)| (name, (1.0 - RARE) * weight / all_common));
    Weighted::new(common.chain(rare.split(' ').map(|name| (name.to_owned(), each_rare))))
}

/// Another spelling of a name from another script.
pub fn respelt(name: &str, random: &mut Random) -> Option<String> {
    let row = SPELLINGS.iter().map(|row| row.split(' ').collect::<Vec<&str>>()).find(|row| row.contains(&name))?;
    let others: Vec<&&str> = row.iter().filter(|other| **other != name).collect();
    Some((**random.pick(&others)).to_owned())
}

/// A short form for a name in full, or a name in full for a short form.
pub fn familiar(name: &str, random: &mut Random) -> Option<String> {
    let mut forms: Vec<&str> = Vec::new();
    for row in SHORT_FORMS {
        let words: Vec<&str> = row.split(' ').collect();
        if words[0] == name {
            forms.extend(&words[1..]);
        } else if words.contains(&name) {
            forms.push(words[0]);
        }
    }
    (!forms.is_empty()).then(|| (*random.pick(&forms)).to_owned())
}

const BRITISH_MEN: [&str; 3] = [
    "David John Peter Michael Robert Alan Stephen Paul Brian Anthony William James Christopher Kenneth Graham Keith Colin Philip Richard George Barry Terence Raymond Roger Derek Thomas Ian Malcolm Trevor Andrew Kevin Dennis Geoffrey Leslie Martin Ronald Roy Edward Patrick Frank Norman Neil Gordon Douglas Donald Stuart Nigel Charles Eric Harold",
    "Paul Mark Andrew David Stephen Richard Michael Christopher Darren Robert Lee James Jason Simon Gary Ian Matthew Kevin John Peter Daniel Anthony Steven Neil Craig Martin Wayne Stuart Philip Nicholas Shaun Dean Jonathan Carl Adam Gareth Adrian Graham Barry Scott Russell Damian Nathan Karl Justin Alan Julian Leon Marcus Duncan",
    "Daniel Thomas James Jack Joshua Matthew Ryan Luke Jordan Adam Callum Liam Connor Samuel Alexander Benjamin Joseph Lewis Jake Nathan Kyle William Charlie Harry Ben Michael George Aaron Oliver Robert Brandon Reece Kieran Ashley Bradley Dominic Declan Max Josh Cameron Elliot Toby Owen Tyler Corey Joe Edward Jay Mason Logan Finley Archie Alfie Dylan Leo Noah Zachary Ellis Rhys Kai",
];
const BRITISH_WOMEN: [&str; 3] = [
    "Susan Margaret Linda Christine Patricia Jean Carol Ann Mary Janet Barbara Maureen Sandra Elizabeth Pauline Sheila Gillian Jacqueline Kathleen Valerie Brenda Jennifer Judith Pamela Joan Marion Dorothy Shirley Joyce Irene Rosemary Anne Eileen Hilary Lesley Marilyn Diane Julie Beverley Theresa Sylvia Rita Veronica Yvonne Doreen",
    "Sarah Julie Karen Lisa Nicola Joanne Michelle Tracey Helen Amanda Samantha Emma Claire Louise Sharon Rachel Rebecca Donna Alison Jane Kerry Dawn Caroline Angela Kelly Natalie Katherine Victoria Andrea Deborah Paula Zoe Wendy Lorraine Heather Gemma Susan Maria Catherine Tina Leanne Mandy Melanie Joanna Fiona",
    "Laura Rebecca Charlotte Jessica Sophie Emily Chloe Lauren Hannah Amy Megan Jade Danielle Bethany Georgia Lucy Katie Emma Shannon Leah Paige Abigail Ellie Stephanie Courtney Eleanor Natasha Holly Molly Kayleigh Grace Olivia Alice Demi Rachel Jasmine Gemma Kirsty Samantha Ella Mia Amelia Isabelle Phoebe Freya Poppy Evie Ruby Daisy Lily Scarlett Skye Summer Imogen Tia",
];
const RARE_MEN: &str = "Abel Alastair Albert Alec Alfred Algernon Alistair Alvin Ambrose Angus Arnold Arthur Aubrey Austin Barnaby Basil Benedict Bernard Bertie Blake Bruce Bryn Byron Caleb Cecil Cedric Clifford Clive Conrad Crispin Curtis Cyril Darius Darryl Dexter Dwayne Dwight Eamon Edgar Edmund Elijah Ernest Errol Ethan Eugene Evan Ewan Fabian Felix Fergus Finlay Francis Fraser Frederick Gabriel Gavin Gerald Gerard Gilbert Giles Glen Godfrey Gregory Guy Hamish Hector Henry Herbert Howard Hubert Hugh Humphrey Isaac Ivor Jared Jarvis Jasper Jerome Jude Keiran Keiron Kelvin Kent Kirk Lance Laurence Lester Lloyd Louis Lyle Marlon Maurice Miles Morgan Morris Myles Neville Noel Olivier Orlando Oscar Otis Percy Perry Quentin Ralph Raphael Reginald Rex Rodney Roland Rory Ross Rowan Rufus Rupert Sebastian Seth Sheldon Sidney Silas Spencer Stanley Stefan Sylvester Tarquin Theodore Tobias Travis Tristan Troy Vaughan Vernon Victor Vincent Wallace Warren Wilfred Winston Xavier";
const RARE_WOMEN: &str = "Abbie Ada Adele Agatha Agnes Aileen Alana Alexis Alma Amber Anastasia Annabel Annette April Arabella Astrid Audrey Ava Beatrice Bella Bernadette Bertha Bianca Blanche Bridget Briony Camilla Candice Carla Carmel Cassandra Cecilia Celia Charlene Cheryl Clara Constance Cora Coral Daphne Debra Delia Denise Edith Edna Elaine Elsie Enid Erica Esme Ethel Eunice Eve Faith Fay Felicity Flora Frances Freda Gail Gaynor Georgina Geraldine Gertrude Gladys Gloria Greta Gwen Gwyneth Harriet Hazel Hester Hilda Hope Ida Ingrid Iris Isla Isobel Ivy Janice Jeanette Jocelyn Josephine Josie Joy Juliet June Kara Kay Keira Lana Leila Leona Lois Lorna Lottie Louisa Lydia Mabel Madeleine Maisie Marcia Marina Marjorie Martha Matilda Mavis May Mildred Millie Miranda Miriam Moira Mona Morag Muriel Myra Nadine Naomi Nell Nina Nora Octavia Olive Opal Pearl Penelope Petra Philippa Phyllis Polly Portia Prudence Robyn Rosalind Rose Rowena Roxanne Sabrina Sadie Selina Serena Sheena Sian Stella Tabitha Tamara Tara Tessa Thelma Tracy Trudy Una Ursula Vanessa Vera Verity Viola Vivian Wilma Winifred Zara";
const BRITISH_SURNAMES: &str = "Smith Jones Taylor Williams Brown Davies Evans Wilson Thomas Roberts Johnson Lewis Walker Robinson Wood Thompson White Watson Jackson Wright Green Harris Cooper King Lee Martin Clarke James Morgan Hughes Edwards Hill Moore Clark Harrison Scott Young Morris Hall Ward Turner Carter Phillips Mitchell Patterson Adams Campbell Anderson Allen Cook Bailey Palmer Stevens Bell Richardson Fox Gray Chapman Hunt Holmes Shaw Rogers Ellis Barker Mason Simpson Murphy Kelly Price Bennett Parker Knight Webb Foster Butler Russell Barnes Powell Lloyd Fisher Marshall Gibson Reid Murray Graham Stewart Kennedy Ross Hamilton Henderson Collins Cox Mills Rose Stone Dixon Hart Matthews Pearce Pearson Dawson West Hudson Reynolds Fletcher Jenkins Hopkins Owen Griffiths Rees Pritchard Wells Hawkins Arnold Grant Gordon Harvey Lawson Lane Bradley Burton Day Dean Doyle Ryan Byrne Walsh Sullivan Burke Lynch Quinn Kerr Boyd Black Bird Booth Bates Barrett Brooks Bryant Bull Carr Cole Crawford Cross Curtis Daniels Douglas Duncan Elliott Ferguson Field Fleming Ford Francis Freeman French Gardner George Gilbert Goodwin Hardy Hayes Heath Hewitt Higgins Hodgson Holland Hopper Howard Howe Hunter Hutchinson Jordan Kay Lawrence Little Long Lowe Lucas Marsh May Miller Morton Moss Naylor Newman Newton Nicholls Nixon North Page Parry Payne Perkins Perry Poole Porter Potter Read Rhodes Riley Robson Rowe Sanders Saunders Sharp Short Slater Spencer Stephens Stevenson Stokes Sutton Swift Thornton Todd Tucker Wallis Walters Warren Waters Watts Weaver Webster Welch Wheeler Wilkinson Willis Winter Woods Yates";
const BEGINNINGS: &str = "Ald Arn Ash Bal Bar Bas Bel Bin Bir Bol Brack Brad Bram Brin Brock Bul Bur Cal Can Carl Cas Cath Chal Chis Clap Cold Corn Cran Crom Cud Dal Dar Den Ders Dod Dray Dun East Eck El Em Erm Fal Far Fen Fin Flam Ful Gar Gis Glen God Gos Gran Grim Had Hal Ham Har Has Hel Hep Hin Hor Hul Hun Ill Ing Kel Ken Kil Kim Kirk Lam Lan Lang Led Lin Lod Lud Mal Mar Mel Mid Mil Mor Nan Nether New Nor Oak Old Or Os Pad Pen Pick Pil Quar Rad Rams Rav Red Rip Rock Roth Rus Sal Sand Sel Shel Sil Skel Spen Stain Stan Sud Swin Tad Tan Thorn Thur Til Tod Tol Tun Up Wad Wal Wan Warm Wat Wel Wes Whit Wil Win Wol Worm Yar";
const ENDINGS: &str = "acre bank barrow beck bold borough bottom bourne bridge brook burn bury by cliffe cote croft dale den don edge ey field fleet ford garth gate gill grave greave ham head hill holme house hurst ing land leigh ley low man mere moor ness over pool ridge rick royd sall shaw sley stall stead ster stock stone thorpe thwaite ton tree wade wall water way well wick wood worth";
const GAELIC: &str = "Alpin Aulay Bride Cafferty Callan Cann Carron Clory Conn Cormick Coy Creadie Curdy Dade Dermid Dowell Dyer Elwee Fall Farlan Gann Gee Gillan Govern Grory Hallan Ivor Kenzie Kibbin Lave Laren Loughlin Mahan Menemy Nabb Nally Namee Neill Phail Quade Quaid Rae Rory Sorley Swain Tavish Vicar Weeney";
const PAKISTANI_MEN: &str = "Mohammed Imran Ali Usman Bilal Hassan Ahmed Adeel Kashif Nadeem Tariq Shahid Zahid Amir Faisal Wasim Hamza Junaid Khalid Omar Yusuf Ibrahim Haroon Zeeshan Irfan Javed Rashid Saeed Sajid Naveed Asif Kamran Waqas Shoaib Arslan Danish Rizwan Umar Zubair Qasim";
const PAKISTANI_WOMEN: &str = "Fatima Aisha Zainab Maryam Nasreen Shazia Saima Samina Sadia Farah Nadia Rabia Sana Uzma Yasmin Amina Bushra Hina Iram Khadija Kiran Mehwish Noreen Parveen Rukhsana Shabana Tahira Zara Sidra Iqra";
const PAKISTANI_SURNAMES: &str = "Khan Hussain Ahmed Ali Mahmood Akhtar Malik Iqbal Shah Bibi Begum Mohammed Rehman Butt Mirza Hassan Aslam Raja Chaudhry Qureshi Sheikh Siddiqui Bashir Javed Rafiq Ashraf Anwar Arshad Sharif Nawaz Riaz Yousaf Zaman Aziz Saleem Hanif Younis Latif Farooq Dar Bhatti Awan Janjua";
const PUNJABI_MEN: &str = "Gurpreet Harpreet Manjit Jaswinder Balwinder Kuldip Amarjit Sukhjit Daljit Jagdeep Hardeep Sandeep Kulwinder Parminder Gurdeep Jasbir Rajinder Satnam Harjit Baljit Ranjit Navdeep Mandeep";
const PUNJABI_WOMEN: &str = "Harpreet Manjit Jaswinder Balwinder Gurpreet Kuldip Amarjit Sukhjit Jaspreet Kiran Sandeep Parminder Rajinder Kamaljit Narinder Davinder Mandeep Simran Navdeep Amandeep";
const PUNJABI_SURNAMES: &str = "Gill Sandhu Dhillon Sidhu Bains Grewal Dhaliwal Johal Sahota Virk Mann Kang Rai Bhogal Sohal Atwal Purewal Randhawa Uppal Chahal Cheema Deol Hundal";
const GUJARATI_MEN: &str = "Amit Rajesh Sanjay Vijay Anil Sunil Rakesh Suresh Mahesh Nilesh Jayesh Dinesh Hitesh Mukesh Ashok Bharat Deepak Ketan Kishan Manish Nikhil Paresh Vikram Rohan Arjun Dev Jay Krishna";
const GUJARATI_WOMEN: &str = "Priya Pooja Anita Sunita Meena Nisha Neha Rekha Hina Jyoti Kavita Bhavna Jaya Kalpana Lata Rita Sangita Shilpa Sonal Urmila Asha Divya Anjali Radha";
const GUJARATI_SURNAMES: &str = "Patel Shah Sharma Mistry Desai Parmar Chauhan Mehta Joshi Solanki Kumar Gupta Tailor Vaghela Lad Bhatt Pandya Trivedi Modi Rana Verma Kapoor Reddy Rao Nair";
const BENGALI_MEN: &str = "Mohammed Abdul Shah Rahim Karim Jamal Kamal Hasan Anwar Faruk Habibur Kabir Lutfur Mizanur Nazrul Nurul Rafiqul Saiful Shafiqul Shahin Shamim Tajul Aminul";
const BENGALI_WOMEN: &str = "Fatema Rahima Shahana Nasima Ayesha Rina Shirin Sultana Taslima Amina Farida Hasina Jahanara Lubna Nazma Rehana Rokeya Sabina Salma Tahmina Yasmin Rubina";
const BENGALI_SURNAMES: &str = "Begum Ali Miah Uddin Ahmed Hussain Islam Rahman Khatun Chowdhury Khanom Haque Choudhury Akter Alam Hoque Khan Ullah Kabir Sarker Talukder Bari";
const AFRICAN_MEN: &str = "Emmanuel Samuel David Daniel Michael Joseph Kwame Kofi Kwabena Yaw Ayodele Olumide Oluwaseun Babatunde Adebayo Chukwuemeka Chinedu Ifeanyi Obinna Tunde Segun Femi Tendai Tinashe Farai Blessing Isaac Abraham Moses";
const AFRICAN_WOMEN: &str = "Grace Blessing Mary Esther Comfort Patience Abena Akosua Ama Adwoa Chioma Ngozi Ifeoma Amaka Nkechi Folake Funmilayo Yetunde Titilayo Tariro Rudo Chipo Mercy Precious Ruth";
const AFRICAN_SURNAMES: &str = "Mensah Owusu Boateng Osei Asante Appiah Okafor Okoro Eze Nwosu Okeke Obi Adeyemi Adebayo Ogunleye Balogun Bello Musa Amoah Antwi Sarpong Opoku Acheampong Adjei Addo Moyo Ncube Sibanda Dube Ndlovu Mukasa Kamara Conteh Bangura Sesay Akinola Ojo Ajayi Olawale Nwachukwu Onyekachi";
const SOMALI_MEN: &str = "Mohamed Ahmed Abdi Ali Hassan Abdirahman Ibrahim Yusuf Omar Osman Farah Mahad Liban Abdullahi Ismail Mustafa Jama Hussein Khalid Nur Warsame Guled Zakaria";
const SOMALI_WOMEN: &str =
    "Fatima Aisha Hodan Amina Halima Hawa Sahra Maryan Khadija Ifrah Nimo Ayan Fadumo Asha Zahra Hibo Sagal Ubah Deqa";
const ARAB_MEN: &str = "Mohammed Ahmed Ali Hassan Hussain Omar Khalid Mustafa Yusuf Ibrahim Abdullah Karim Jamal Nasser Samir Walid Salah Aziz Rahim Haidar Reza Mehdi Amir Farhad Hamid Karwan Dilshad Rebwar Najib Zabiullah";
const ARAB_WOMEN: &str = "Fatima Maryam Zainab Aisha Noor Huda Layla Sara Amal Hanan Iman Khadija Nadia Rana Samira Shirin Zahra Parisa Mina Shilan Nasrin Hala Dina Rasha";
const ARAB_SURNAMES: &str = "Ali Ahmed Hassan Hussain Mohammed Mahmoud Ibrahim Abdullah Karim Rashid Saleh Mustafa Aziz Majid Hamid Rahimi Ahmadi Karimi Hosseini Mohammadi Rezaei Jafari Moradi Akbari Noori Stanikzai Khalil Haddad Mansour Nasser Saeed Qasim Zadran Sahak";
const POLISH_MEN: &str = "Piotr Krzysztof Tomasz Paweł Marcin Michał Łukasz Grzegorz Andrzej Adam Rafał Mariusz Dariusz Robert Jacek Artur Kamil Mateusz Dawid Sebastian Wojciech Maciej Jakub Damian Daniel Patryk";
const POLISH_WOMEN: &str = "Anna Agnieszka Katarzyna Małgorzata Monika Joanna Magdalena Aleksandra Ewa Barbara Natalia Karolina Justyna Marta Beata Dorota Paulina Sylwia Izabela Renata Iwona Patrycja Kinga";
const POLISH_SURNAMES: &str = "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski Zając Pawłowski Michalski Król Wieczorek Jabłoński Wróbel Nowakowski Majewski Olszewski Stępień Malinowski Jaworski Adamczyk Dudek Pawlak Górski Sikora Walczak Rutkowski Baran Szewczyk";
const ROMANIAN_MEN: &str = "Andrei Alexandru Ionuț Florin Marian Cristian Adrian Mihai Gheorghe Constantin Daniel Ion Vasile Nicolae Bogdan Răzvan Cătălin Ștefan Marius Gabriel Costel Viorel";
const ROMANIAN_WOMEN: &str = "Maria Elena Ana Ioana Andreea Mihaela Cristina Daniela Alexandra Gabriela Mădălina Florentina Nicoleta Simona Alina Georgiana Roxana Loredana Claudia";
const ROMANIAN_SURNAMES: &str = "Popa Popescu Ionescu Radu Dumitru Stan Stoica Gheorghe Matei Ciobanu Rusu Munteanu Constantin Marin Lazăr Florea Dobre Bălan Mureșan Țurcanu Moldovan Ilie Sandu Dinu Nistor Toma Barbu Petrescu";
const IBERIAN_MEN: &str = "José João António Manuel Carlos Luís Pedro Paulo Miguel Francisco Juan Javier Alejandro Diego Fernando Rui Nuno Tiago Ricardo Sérgio";
const IBERIAN_WOMEN: &str = "Maria Ana Carmen Isabel Sofia Marta Lucía Cristina Paula Teresa Inês Joana Catarina Rosa Fernanda Laura Patrícia Sandra";
const IBERIAN_SURNAMES: &str = "Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Jesus Sousa Fernandes Gonçalves Gomes Lopes Marques Alves Almeida Ribeiro Pinto Garcia Martinez Lopez Sanchez Perez Gonzalez Rodriguez Fernandez";
const CHINESE_MEN: &str =
    "Wei Jun Ming Hao Jian Lei Tao Yong Kai Chi_Wai Ka_Ho Kin_Man Wing Minh Tuan Hung Dung Long Duc Hai";
const CHINESE_WOMEN: &str =
    "Li Yan Fang Mei Xin Ying Hui Jing Na Wai_Ling Ka_Yan Mei_Ling Thi_Lan Huong Linh Mai Hoa Thao Trang Ngoc";
const CHINESE_SURNAMES: &str = "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Chan Wong Lau Cheung Leung Ng Nguyen Tran Le Pham Hoang Vu Vo Dang Bui Do";

const SPELLINGS: &[&str] = &[
    "Mohammed Muhammad Mohammad Mohamed Mohamad Muhammed Mohd",
    "Ahmed Ahmad Achmed",
    "Hussain Hussein Husain Hossain",
    "Hassan Hasan Hasaan",
    "Yusuf Yousuf Youssef Yousaf Yusef",
    "Ali Aly",
    "Abdullah Abdulla Abdallah Abdullahi",
    "Rehman Rahman Rahmaan",
    "Ibrahim Ebrahim Ibraheem",
    "Omar Umar Umer",
    "Osman Usman Uthman",
    "Khalid Khaled",
    "Tariq Tarek Tarik",
    "Saeed Said Sayed",
    "Rashid Rasheed",
    "Chaudhry Chowdhury Choudhury Chaudhary",
    "Qureshi Kureshi",
    "Sheikh Shaikh",
    "Miah Mia Miya",
    "Uddin Udin",
    "Siddiqui Siddiqi Siddique",
    "Akhtar Akhter Akter",
    "Begum Begam",
    "Fatima Fatema Fatma Fatimah",
    "Aisha Ayesha Aysha",
    "Zainab Zaynab Zeinab",
    "Maryam Mariam Maryan",
    "Yasmin Yasmeen",
    "Nasreen Nasrin",
    "Singh Sing",
    "Kaur Kour",
    "Gurpreet Gurprit",
    "Manjit Manjeet",
    "Jaswinder Jasvinder",
    "Kuldip Kuldeep",
    "Nur Noor Nour",
    "Jamal Gamal",
    "Walid Waleed",
    "Salah Saleh",
    "Aziz Azeez",
    "Rahim Raheem",
    "Haidar Haider",
    "Paweł Pawel",
    "Łukasz Lukas Lucas",
    "Krzysztof Krzystof",
    "Piotr Peter",
    "Andrei Andrej Andrey",
    "Ștefan Stefan Stephan",
    "Zhang Chang",
    "Li Lee",
    "Wang Wong",
    "Chen Chan",
    "Zhao Chiu",
];

const SHORT_FORMS: &[&str] = &[
    "Alexander Alex Sandy Xander",
    "Alexandra Alex Sandra Lexi",
    "Andrew Andy Drew",
    "Anthony Tony Ant",
    "Benjamin Ben Benny",
    "Bethany Beth",
    "Bradley Brad",
    "Catherine Cathy Kate",
    "Charles Charlie Chuck",
    "Charlotte Lottie Charlie",
    "Christine Chris Tina",
    "Christopher Chris Kit",
    "Daniel Dan Danny",
    "Danielle Dani",
    "David Dave Davy",
    "Deborah Debbie Deb",
    "Dorothy Dot Dolly",
    "Edward Ed Eddie Ted",
    "Eleanor Ellie Nell",
    "Elizabeth Liz Beth Betty Lizzie",
    "Geoffrey Geoff",
    "Gillian Gill Jill",
    "Gregory Greg",
    "Jacqueline Jackie",
    "James Jim Jimmy Jamie",
    "Jennifer Jenny Jen",
    "Jessica Jess Jessie",
    "Joanne Jo",
    "John Jack Johnny",
    "Jonathan Jon Jonny",
    "Joseph Joe Joey",
    "Joshua Josh",
    "Katherine Kate Katie Kathy",
    "Kenneth Ken Kenny",
    "Margaret Maggie Peggy Meg",
    "Matthew Matt Matty",
    "Michael Mike Mick Micky",
    "Mohammed Mo",
    "Natalie Nat",
    "Natasha Tasha",
    "Nathan Nate",
    "Nicholas Nick Nicky",
    "Nicola Nicky Nic",
    "Oliver Ollie",
    "Pamela Pam",
    "Patricia Pat Trish Tricia",
    "Patrick Pat Paddy",
    "Peter Pete",
    "Philip Phil",
    "Rebecca Becky Becca",
    "Richard Rick Dick Richie",
    "Robert Rob Bob Bobby Robbie",
    "Ronald Ron Ronnie",
    "Samantha Sam Sammy",
    "Samuel Sam Sammy",
    "Stephanie Steph",
    "Stephen Steve Ste",
    "Steven Steve",
    "Stuart Stu",
    "Susan Sue Susie",
    "Terence Terry",
    "Theresa Terri Tess",
    "Thomas Tom Tommy",
    "Timothy Tim",
    "Victoria Vicky Tori",
    "William Bill Will Billy Liam",
    "Zachary Zac Zach",
    "Aleksandra Ola",
    "Katarzyna Kasia",
    "Małgorzata Gosia",
    "Agnieszka Aga",
    "Jakub Kuba",
    "Oluwaseun Seun",
    "Chukwuemeka Emeka",
    "Babatunde Tunde",
];
