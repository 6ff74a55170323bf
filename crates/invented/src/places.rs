//! Where invented people live: about seventeen households to a postcode, each in a house of its own.

use std::sync::LazyLock;

use crate::random::Random;

/// An address in one line, and its postcode.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Home {
    pub address: String,
    pub postcode: String,
}

/// Towns and the area of their postcodes.
const TOWNS: [(&str, &str); 14] = [
    ("Leeds", "LS"),
    ("Bradford", "BD"),
    ("Huddersfield", "HD"),
    ("Halifax", "HX"),
    ("Wakefield", "WF"),
    ("Sheffield", "S"),
    ("Manchester", "M"),
    ("Oldham", "OL"),
    ("Bolton", "BL"),
    ("Hull", "HU"),
    ("York", "YO"),
    ("Harrogate", "HG"),
    ("Doncaster", "DN"),
    ("Stockport", "SK"),
];
const ROADS: [&str; 12] =
    ["Street", "Road", "Avenue", "Close", "Lane", "Drive", "Terrace", "Grove", "Court", "Place", "Crescent", "Gardens"];
const ROAD_NAMES: &str = "Albert Alma Ash Aspen Back Balmoral Bank Baker Beech Bell Birch Bridge Brook Brunswick Burley Calder Canal Cardigan Castle Cavendish Cedar Chapel Cherry Church Clarence Clifton College Commercial Crown Dale Derwent Devonshire Duke Elm Fairfield Fern Field Firth Garden George Gladstone Glebe Grange Granville Greenhead Hall Hawthorn Hazel Heath High Hill Holly Hope Jubilee Kent King Kirkgate Laburnum Larch Lime Lodge London Manor Maple Market Meadow Mill Moor Mount Nelson New Norfolk North Oak Orchard Park Pine Poplar Prince Priory Queen Railway Rectory Regent River Rose Rowan Salisbury School Sefton Shaw South Spring Stanley Station Sycamore Temple Tower Union Vicarage Victoria Wellington Wesley West Westfield Willow Windsor Wood York Zetland";
const LETTERS: &[u8] = b"ABDEFGHJLNPQRSTUWXYZ";
const HOUSEHOLDS_OF_A_POSTCODE: u64 = 17;

/// The town, the area and the district of a postcode, and chance for what else there is to it.
fn district(household: u64) -> (&'static str, &'static str, i32, Random) {
    let mut random = Random::new(household / HOUSEHOLDS_OF_A_POSTCODE, "postcode");
    // Drawn twice, so that large towns are larger.
    let (town, area) = TOWNS[random.below(TOWNS.len()).min(random.below(TOWNS.len()))];
    (town, area, random.between(1, 20), random)
}

/// Where a household lives, by its number.
pub fn home(household: u64) -> Home {
    static NAMES: LazyLock<Vec<&str>> = LazyLock::new(|| ROAD_NAMES.split(' ').collect());
    let (town, area, district, mut random) = district(household);
    let last = [*random.pick(LETTERS), *random.pick(LETTERS)].map(char::from);
    let postcode = format!("{area}{district} {}{}{}", random.below(10), last[0], last[1]);
    let road = format!("{} {}", random.pick(&NAMES), random.pick(&ROADS));
    let first_house = random.below(60) as u64;
    let house = first_house + household % HOUSEHOLDS_OF_A_POSTCODE * 2 + 1;
    let is_flat = Random::new(household, "flat").chance(0.12);
    let premises = if is_flat { format!("Flat {}, {house}", house % 6 + 1) } else { house.to_string() };
    Home { address: format!("{premises} {road}, {town}"), postcode }
}

/// The house of another household, of the same district in three moves out of four.
pub fn moved(from: &Home, households: u64, random: &mut Random) -> Home {
    let stays = random.chance(0.75);
    let mut new = random.next() % households.max(1);
    for _ in 0..60 {
        let (_, area, number, _) = district(new);
        let is_near = from.postcode.strip_prefix(area).is_some_and(|rest| rest.starts_with(&format!("{number} ")));
        if !stays || is_near {
            break;
        }
        new = random.next() % households.max(1);
    }
    home(new)
}

/// An address as somebody in a hurry writes it.
pub fn hurried(address: &str, random: &mut Random) -> String {
    const SHORT: [(&str, &str); 8] = [
        (" Street", " St"),
        (" Road", " Rd"),
        (" Avenue", " Ave"),
        (" Close", " Cl"),
        (" Lane", " Ln"),
        (" Drive", " Dr"),
        (" Crescent", " Cres"),
        (" Gardens", " Gdns"),
    ];
    let mut written = address.to_owned();
    if random.chance(0.45) {
        for (long, short) in SHORT {
            written = written.replace(&format!("{long},"), &format!("{short},"));
        }
    }
    if random.chance(0.35)
        && let Some((without_town, _)) = written.rsplit_once(',')
    {
        written = without_town.to_owned();
    }
    written
}
