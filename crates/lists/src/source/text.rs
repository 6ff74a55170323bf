//! Bytes to text, in the encodings that custody systems, Excel and e-mail write.

/// The text of the bytes, and whether it took Windows-1252 to read them.
pub(super) fn text(bytes: &[u8]) -> (String, bool) {
    match bytes {
        [0xff, 0xfe, rest @ ..] => (utf_16(rest, u16::from_le_bytes), false),
        [0xfe, 0xff, rest @ ..] => (utf_16(rest, u16::from_be_bytes), false),
        [0xef, 0xbb, 0xbf, rest @ ..] => utf_8_or_windows_1252(rest),
        all => unmarked(all),
    }
}

/// Without a mark that tells the encoding. Plain letters in UTF-16 have a zero byte each.
fn unmarked(bytes: &[u8]) -> (String, bool) {
    const LOOKED_AT: usize = 400;
    let zeros = |first: usize| {
        bytes.iter().take(LOOKED_AT).skip(first).step_by(2).filter(|byte| **byte == 0).count() * 5
            > bytes.len().min(LOOKED_AT)
    };
    match (bytes.len() >= 4, zeros(0), zeros(1)) {
        (true, false, true) => (utf_16(bytes, u16::from_le_bytes), false),
        (true, true, false) => (utf_16(bytes, u16::from_be_bytes), false),
        _ => utf_8_or_windows_1252(bytes),
    }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

fn utf_8_or_windows_1252(bytes: &[u8]) -> (String, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (bytes.iter().map(|byte| windows_1252(*byte)).collect(), true),
    }
}

/// The character of one byte of Windows-1252. The five bytes it leaves undefined stay the
/// control characters of Latin-1, as the WHATWG Encoding Standard says.
fn windows_1252(byte: u8) -> char {
    const UPPER: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘',
        '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
    ];
    match byte {
        0x80..=0x9f => UPPER[usize::from(byte - 0x80)],
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_of_a_name_reads_alike() {
        let name = "Zoë O’Brien, Llŷr";
        let le: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = name.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in
            [name.as_bytes().to_vec(), [&[0xff, 0xfe], &le[..]].concat(), [&[0xfe, 0xff], &be[..]].concat(), le, be]
        {
            assert_eq!(text(&bytes), (name.to_owned(), false));
        }
        assert_eq!(text(b"Zo\xeb O\x92Brien"), ("Zoë O’Brien".to_owned(), true));
    }
}
