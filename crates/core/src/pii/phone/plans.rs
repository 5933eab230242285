//! The calling codes (ITU-T E.164), how many digits follow each, and the countries they serve (ISO 3166-1).

/// Code, fewest and most digits behind it, countries (`-` for a code of no country), in the order of the codes.
const PLANS: &[u8] = b"\
    1 10 10 USAGAIASBBBMBSCADMDOGDGUJMKNKYLCMPMSPRSXTCTTVCVGVI; 7 10 10 RUKZ; 20 8 10 EG; 27 5 10 ZA; 30 10 12 GR; \
    31 5 11 NL; 32 8 9 BE; 33 9 9 FR; 34 9 9 ES; 36 8 9 HU; 39 6 12 ITVA; 40 6 9 RO; 41 9 12 CH; 43 4 13 AT; \
    44 7 10 GBGGIMJE; 45 8 8 DK; 46 6 12 SE; 47 5 8 NOSJ; 48 6 10 PL; 49 4 13 DE; 51 8 9 PE; 52 10 11 MX; 53 6 10 CU; \
    54 10 11 AR; 55 8 11 BR; 56 9 11 CL; 57 8 11 CO; 58 10 10 VE; 60 8 10 MY; 61 5 12 AUCCCX; 62 7 13 ID; 63 6 13 PH; \
    64 5 10 NZ; 65 8 11 SG; 66 8 13 TH; 81 8 13 JP; 82 5 13 KR; 84 7 10 VN; 86 7 12 CN; 90 7 13 TR; 91 8 13 IN; 92 8 12 PK; \
    93 9 9 AF; 94 9 9 LK; 95 6 10 MM; 98 4 10 IR; 211 9 9 SS; 212 9 9 MAEH; 213 8 9 DZ; 216 8 8 TN; 218 9 9 LY; 220 7 9 GM; \
    221 9 9 SN; 222 8 8 MR; 223 8 8 ML; 224 8 9 GN; 225 10 10 CI; 226 8 8 BF; 227 8 8 NE; 228 8 8 TG; 229 8 10 BJ; \
    230 7 10 MU; 231 7 9 LR; 232 8 8 SL; 233 8 9 GH; 234 10 12 NG; 235 8 8 TD; 236 8 8 CF; 237 8 9 CM; 238 7 7 CV; \
    239 7 7 ST; 240 9 9 GQ; 241 7 8 GA; 242 9 9 CG; 243 7 10 CD; 244 9 9 AO; 245 7 9 GW; 246 7 7 IO; 247 5 6 AC; 248 7 7 SC; \
    249 9 9 SD; 250 8 9 RW; 251 9 9 ET; 252 6 9 SO; 253 8 8 DJ; 254 7 10 KE; 255 9 9 TZ; 256 9 9 UG; 257 8 8 BI; 258 8 9 MZ; \
    260 9 9 ZM; 261 9 9 MG; 262 9 9 REYT; 263 7 10 ZW; 264 8 9 NA; 265 7 9 MW; 266 8 8 LS; 267 7 10 BW; 268 8 9 SZ; \
    269 7 7 KM; 290 4 5 SHTA; 291 7 7 ER; 297 7 7 AW; 298 6 6 FO; 299 6 6 GL; 350 8 8 GI; 351 9 9 PT; 352 4 11 LU; \
    353 7 10 IE; 354 7 9 IS; 355 6 9 AL; 356 8 8 MT; 357 8 8 CY; 358 5 12 FIAX; 359 6 12 BG; 370 8 8 LT; 371 8 8 LV; \
    372 7 10 EE; 373 8 8 MD; 374 8 8 AM; 375 6 11 BY; 376 6 9 AD; 377 8 9 MC; 378 8 10 SM; 380 9 10 UA; 381 6 12 RS; \
    382 8 9 ME; 383 8 12 XK; 385 7 9 HR; 386 5 8 SI; 387 8 9 BA; 389 8 8 MK; 420 9 12 CZ; 421 6 9 SK; 423 7 9 LI; 500 5 5 FK; \
    501 7 11 BZ; 502 8 11 GT; 503 7 11 SV; 504 8 11 HN; 505 8 8 NI; 506 8 10 CR; 507 7 11 PA; 508 6 9 PM; 509 8 8 HT; \
    590 9 9 GPBLMF; 591 8 9 BO; 592 7 7 GY; 593 8 11 EC; 594 9 9 GF; 595 6 11 PY; 596 9 9 MQ; 597 6 7 SR; 598 4 12 UY; \
    599 7 8 CWBQ; 670 7 8 TL; 672 6 6 NF; 673 7 7 BN; 674 7 7 NR; 675 7 8 PG; 676 5 7 TO; 677 5 7 SB; 678 5 7 VU; \
    679 7 11 FJ; 680 7 7 PW; 681 6 9 WF; 682 5 5 CK; 683 4 7 NU; 685 5 10 WS; 686 5 8 KI; 687 6 6 NC; 688 5 7 TV; 689 6 9 PF; \
    690 4 7 TK; 691 7 7 FM; 692 7 7 MH; 800 8 8 -; 808 8 8 -; 850 8 10 KP; 852 5 11 HK; 853 7 8 MO; 855 8 10 KH; 856 8 10 LA; \
    870 9 12 -; 878 12 12 -; 880 6 10 BD; 881 9 10 -; 882 7 12 -; 883 8 12 -; 886 7 11 TW; 888 11 11 -; 960 7 10 MV; \
    961 7 8 LB; 962 8 9 JO; 963 8 9 SY; 964 8 10 IQ; 965 7 8 KW; 966 9 10 SA; 967 7 9 YE; 968 7 9 OM; 970 8 10 PS; \
    971 5 12 AE; 972 7 12 IL; 973 8 8 BH; 974 7 11 QA; 975 7 8 BT; 976 8 10 MN; 977 8 11 NP; 979 9 9 -; 992 9 9 TJ; \
    993 8 8 TM; 994 9 9 AZ; 995 9 9 GE; 996 9 10 KG; 998 9 9 UZ;";

/// How many codes, and how many countries (a code of no country counts as one).
const SIZES: (usize, usize) = sizes();
/// A bit for each number below 1,024 that is a code.
static CODES: [u32; 32] = PACKED.0;
/// How many codes there are below the first of each 32 numbers.
static BELOW: [u8; 32] = PACKED.1;
/// For each code, the fewest digits behind it and how many more there may be, in the halves of a byte.
static LENGTHS: [u8; SIZES.0] = PACKED.2;
/// The countries in the order of their codes; the high bit of the first letter says that a new code begins.
static COUNTRIES: [[u8; 2]; SIZES.1] = PACKED.3;

type Packed = ([u32; 32], [u8; 32], [u8; SIZES.0], [[u8; 2]; SIZES.1]);
const PACKED: Packed = packed();
/// The plan of Russia and Kazakhstan.
pub(super) const RUSSIA: usize = 1;
const NEXT: u8 = 0x80;

/// Whether these digits are a calling code and as many as may follow it. A `0` behind the code, which some write in brackets, is
/// not counted.
pub(super) fn is_number(digits: &[u8]) -> bool {
    let mut code = 0;
    for (at, digit) in digits.iter().take(3).enumerate() {
        code = code * 10 + usize::from(*digit);
        if code == 0 {
            return false;
        }
        if let Some(plan) = with_code(code) {
            let national = digits.len() - at - 1;
            let trunk = digits.get(at + 1) == Some(&0);
            return fits(plan, national) || (trunk && fits(plan, national - 1));
        }
    }
    false
}

/// Whether a national number of this plan may have so many digits.
pub(super) fn fits(plan: usize, digits: usize) -> bool {
    LENGTHS.get(plan).is_some_and(|span| digits.wrapping_sub(usize::from(span >> 4)) <= usize::from(span & 15))
}

/// The plan of a country.
pub(super) fn of(country: [u8; 2]) -> Option<usize> {
    let mut plan = 0;
    for entry in &COUNTRIES {
        plan += usize::from(entry[0] >> 7);
        if [entry[0] & !NEXT, entry[1]] == country {
            return Some(plan - 1);
        }
    }
    None
}

/// The plan of a calling code: how many codes there are below it.
fn with_code(code: usize) -> Option<usize> {
    let codes = CODES.get(code / 32)?;
    let rest = codes >> (code % 32);
    let below = BELOW.get(code / 32)?;
    (rest % 2 == 1).then(|| usize::from(*below) + (codes.count_ones() - rest.count_ones()) as usize)
}

const fn sizes() -> (usize, usize) {
    let (mut plans, mut countries, mut at) = (0, 0, 0);
    while at < PLANS.len() {
        match PLANS[at] {
            b';' => plans += 1,
            b'-' => countries += 2,
            b'A'..=b'Z' => countries += 1,
            _ => {}
        }
        at += 1;
    }
    (plans, countries / 2)
}

const fn packed() -> Packed {
    let (mut codes, mut below, mut lengths, mut countries) = ([0u32; 32], [0; 32], [0; SIZES.0], [[0; 2]; SIZES.1]);
    let (mut plan, mut country, mut numbers, mut number, mut at) = (0, 0, 0, 0, 0);
    while at < PLANS.len() {
        match PLANS[at] {
            digit @ b'0'..=b'9' => number = number * 10 + (digit - b'0') as usize,
            b' ' if number > 0 => {
                match numbers {
                    0 => codes[number / 32] |= 1 << (number % 32),
                    1 => lengths[plan] = (number as u8) << 4,
                    _ => lengths[plan] |= number as u8 - (lengths[plan] >> 4),
                }
                numbers += 1;
                number = 0;
            }
            first @ (b'-' | b'A'..=b'Z') => {
                at += if first == b'-' { 0 } else { 1 };
                countries[country] = [if numbers == 3 { first | NEXT } else { first }, PLANS[at]];
                numbers = 4;
                country += 1;
            }
            b';' => {
                plan += 1;
                numbers = 0;
            }
            _ => {}
        }
        at += 1;
    }
    let mut word = 1;
    while word < codes.len() {
        below[word] = below[word - 1] + codes[word - 1].count_ones() as u8;
        word += 1;
    }
    (codes, below, lengths, countries)
}

#[cfg(test)]
mod tests {
    use super::{LENGTHS, PLANS, RUSSIA, is_number, of, with_code};

    fn judged(digits: &str) -> bool {
        is_number(&digits.bytes().map(|c| c - b'0').collect::<Vec<_>>())
    }

    #[test]
    fn the_table_is_in_order_and_no_code_begins_with_another() {
        let listed = core::str::from_utf8(PLANS).unwrap().split_terminator(';');
        let codes: Vec<usize> = listed.map(|plan| plan.trim().split(' ').next().unwrap().parse().unwrap()).collect();
        assert_eq!((0..2_000).filter(|code| with_code(*code).is_some()).collect::<Vec<_>>(), codes);
        for (plan, (code, span)) in codes.iter().zip(&LENGTHS).enumerate() {
            assert_eq!(with_code(*code), Some(plan));
            assert!([code / 10, code / 100].iter().all(|begin| with_code(*begin).is_none()), "{code}");
            let (fewest, more) = (span >> 4, span & 15);
            assert!(4 <= fewest && code.to_string().len() + usize::from(fewest + more) <= 15, "{code}");
        }
        assert_eq!(with_code(7), Some(RUSSIA));
    }

    #[test]
    fn countries_have_their_codes() {
        let expected = [
            ("US", 1),
            ("CA", 1),
            ("VI", 1),
            ("KZ", 7),
            ("EG", 20),
            ("GB", 44),
            ("JE", 44),
            ("KP", 850),
            ("AE", 971),
            ("UZ", 998),
        ];
        for (country, calling) in expected {
            let letters = country.as_bytes().try_into().unwrap();
            let plan = with_code(calling);
            assert!(plan.is_some() && of(letters) == plan, "{country}");
        }
        assert_eq!(of(*b"ZZ"), None);
        assert_eq!(of(*b"us"), None);
    }

    #[test]
    fn a_number_is_a_code_and_as_many_digits_as_it_has() {
        for number in ["12025550143", "442079460018", "4402079460018", "33155501234", "3906555012", "85025550143", "2908999"] {
            assert!(judged(number), "{number}");
        }
        for text in
            ["", "1", "120255501", "120255501433", "2105550143", "33155501", "999555012345", "0044207946001", "02079460018"]
        {
            assert!(!judged(text), "{text}");
        }
    }
}
