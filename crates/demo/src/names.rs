//! Names and addresses to put people together from. Streets and postcodes are made up: no postcode
//! area is called ZB, ZE is used by nobody in London.

/// A community's names: how often in a hundred, men's, women's, surnames, ethnic categories (codes).
pub struct Community {
    /// How often, in a hundred people.
    pub share: i64,
    /// Forenames of men.
    pub men: &'static [&'static str],
    /// Forenames of women.
    pub women: &'static [&'static str],
    /// Surnames.
    pub surnames: &'static [&'static str],
    /// Ethnic categories (codes), one of which is theirs.
    pub ethnicities: &'static [&'static str],
    /// A first language other than English, for some.
    pub language: &'static str,
}

/// The communities.
pub const COMMUNITIES: &[Community] = &[
    Community {
        share: 46,
        men: &[
            "Jack", "Liam", "Ryan", "Callum", "Dean", "Lee", "Craig", "Darren", "Kevin", "Shaun", "Jamie", "Kyle",
            "Connor", "Aaron", "Luke", "Ashley", "Stephen", "Gary", "Wayne", "Terry", "Alfie", "Harvey", "Reece",
            "Toby", "Nathan", "Bradley", "Mark", "Paul", "Neil", "Graham",
        ],
        women: &[
            "Kelly", "Stacey", "Gemma", "Leanne", "Chloe", "Jade", "Kirsty", "Donna", "Tracey", "Hayley", "Paige",
            "Amber", "Shannon", "Natalie", "Bethany", "Courtney", "Lorraine", "Sharon", "Ellie", "Megan", "Holly",
            "Abigail",
        ],
        surnames: &[
            "Marsh", "Pike", "Thornley", "Hollis", "Barlow", "Cutler", "Draper", "Easton", "Fairley", "Garside",
            "Hadley", "Ingleby", "Jessop", "Kershaw", "Lomax", "Mercer", "Naylor", "Oakes", "Pargeter", "Quill",
            "Rudge", "Selby", "Tranter", "Upton", "Varley", "Wickes", "Yardley", "Ashby", "Brand", "Coker", "Dunmore",
            "Elwood", "Frith", "Gale", "Hext", "Keeble", "Larch", "Minns", "Nye", "Orchard",
        ],
        ethnicities: &["A"],
        language: "",
    },
    Community {
        share: 6,
        men: &["Sean", "Patrick", "Declan", "Ciaran", "Michael", "Martin", "Eoin", "Jimmy"],
        women: &["Siobhan", "Aoife", "Bridget", "Kathleen", "Margaret", "Niamh"],
        surnames: &["O'Hara", "Doherty", "Cassidy", "McGinley", "Ward", "Connors", "Maughan", "O'Dowd", "Heaney"],
        ethnicities: &["B", "C"],
        language: "",
    },
    Community {
        share: 12,
        men: &[
            "Emeka",
            "Kwame",
            "Tunde",
            "Abiola",
            "Femi",
            "Kofi",
            "Yaw",
            "Chidi",
            "Ibrahim",
            "Samuel",
            "Emmanuel",
            "Babatunde",
        ],
        women: &["Ngozi", "Amina", "Folake", "Abena", "Blessing", "Grace", "Adaeze", "Efua"],
        surnames: &[
            "Okafor", "Adeyemi", "Mensah", "Boateng", "Balogun", "Nwosu", "Asante", "Bello", "Sesay", "Conteh",
            "Owusu", "Eze",
        ],
        ethnicities: &["N"],
        language: "",
    },
    Community {
        share: 9,
        men: &["Delroy", "Marlon", "Jermaine", "Tyrone", "Leroy", "Winston", "Andre", "Dwayne"],
        women: &["Shanice", "Marcia", "Keisha", "Latoya", "Beverley", "Simone"],
        surnames: &["Campbell", "Francis", "Bailey", "Gayle", "Lindo", "Powell", "Morgan", "Beckford", "Clarke"],
        ethnicities: &["M", "D"],
        language: "",
    },
    Community {
        share: 9,
        men: &["Mohammed", "Imran", "Bilal", "Harpreet", "Rajesh", "Usman", "Kamran", "Abdul", "Gurdeep", "Vijay"],
        women: &["Ayesha", "Farzana", "Simran", "Nasreen", "Priya", "Rukhsana"],
        surnames: &[
            "Khan",
            "Hussain",
            "Begum",
            "Singh",
            "Kaur",
            "Patel",
            "Ahmed",
            "Miah",
            "Chowdhury",
            "Malik",
            "Sharma",
        ],
        ethnicities: &["H", "J", "K"],
        language: "Sylheti",
    },
    Community {
        share: 8,
        men: &["Piotr", "Marek", "Andrei", "Ionut", "Tomasz", "Vasile", "Łukasz", "Dragan"],
        women: &["Agnieszka", "Ioana", "Katarzyna", "Elena", "Monika", "Mihaela"],
        surnames: &["Kowalczyk", "Popescu", "Nowak", "Ionescu", "Wójcik", "Dumitru", "Zieliński", "Petrović", "Rusu"],
        ethnicities: &["C"],
        language: "Romanian",
    },
    Community {
        share: 4,
        men: &["Ali", "Hassan", "Yusuf", "Abdirahman", "Omar", "Mustafa"],
        women: &["Fatima", "Hodan", "Zeynep", "Leyla", "Sahra"],
        surnames: &["Warsame", "Abdi", "Yılmaz", "Demir", "Farah", "Hassan", "Al-Sayed", "Haddad"],
        ethnicities: &["N", "S", "C"],
        language: "Somali",
    },
    Community {
        share: 3,
        men: &["Minh", "Tuan", "Wei", "Jun", "Anh"],
        women: &["Linh", "Mei", "Thu", "Ling"],
        surnames: &["Nguyen", "Tran", "Chen", "Wong", "Pham", "Lin"],
        ethnicities: &["R", "L"],
        language: "Vietnamese",
    },
    Community {
        share: 3,
        men: &["João", "Carlos", "Luis", "Rui", "Diego"],
        women: &["Ana", "Maria", "Inês", "Camila"],
        surnames: &["Ferreira", "Santos", "Silva", "Moreno", "da Costa", "Quintero"],
        ethnicities: &["C", "S"],
        language: "Portuguese",
    },
];

/// Made-up streets.
pub const STREETS: &[&str] = &[
    "Lantern Way",
    "Cooper's Rise",
    "Fallow Lane",
    "Tallis Road",
    "Weir Close",
    "Marigold Gardens",
    "Old Ropewalk",
    "Pennyfield Court",
    "Harrow Bank",
    "Saltern Street",
    "Kiln Terrace",
    "Bramble Walk",
    "Foundry Mews",
    "Larkspur House",
    "Elder Grove",
    "Tanner's Yard",
    "Quarry View",
    "Rookery Drive",
    "Station Parade",
    "Willowmead",
    "Beacon Hill",
    "Chandler Row",
    "Orchard Place",
    "Mill Pond Road",
];

/// Made-up towns with their made-up postcode districts.
pub const TOWNS: &[(&str, &str)] = &[
    ("Bromley", "ZB1"),
    ("Beckenham", "ZB3"),
    ("Orpington", "ZB6"),
    ("Bexleyheath", "ZE5"),
    ("Sidcup", "ZE14"),
    ("Erith", "ZE8"),
    ("Penge", "ZB20"),
    ("Welling", "ZE16"),
];

/// Alleged offences with their codes.
pub const OFFENCES: &[(&str, &str)] = &[
    ("TH68001", "Theft from shop"),
    ("CJ88116", "Assault by beating"),
    ("PU86032", "Public order: fear or provocation of violence"),
    ("CD71039", "Criminal damage"),
    ("OF61102", "Assault occasioning actual bodily harm"),
    ("MD71230", "Possession of a controlled drug of class B"),
    ("CJ88144", "Possession of a bladed article"),
    ("PH97001", "Harassment without violence"),
    ("RT88191", "Driving while unfit through drink"),
    ("BA76001", "Breach of bail"),
    ("CE12001", "Breach of a non-molestation order"),
    ("TH68026", "Burglary, dwelling"),
    ("SC15005", "Controlling or coercive behaviour"),
    ("EW18001", "Assault on an emergency worker"),
];
