//! Prints words at places of a page as a PDF: as little of one as is needed.

use std::fmt::Write as _;
use std::io::Write as _;

/// A page under construction, in points from its top left corner.
#[derive(Default)]
pub struct Sheet {
    content: String,
}

impl Sheet {
    pub fn put(&mut self, left: f64, top: f64, size: f64, text: &str) -> &mut Self {
        let escaped = text.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        writeln!(self.content, "BT /F1 {size} Tf {left} {} Td ({escaped}) Tj ET", 842.0 - top).unwrap();
        self
    }
}

/// The pages as a file.
pub fn pdf(pages: &[Sheet]) -> Vec<u8> {
    let count = pages.len();
    let kids = (0..count).map(|at| format!("{} 0 R", 4 + 2 * at)).collect::<Vec<_>>().join(" ");
    let mut objects: Vec<Vec<u8>> = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Kids [{kids}] /Count {count} >>").into_bytes(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
    ];
    for (at, page) in pages.iter().enumerate() {
        let content = 5 + 2 * at;
        objects.push(
            format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {content} 0 R >>")
                .into_bytes(),
        );
        objects.push(packed(page.content.as_bytes()));
    }
    whole(&objects)
}

/// A stream, packed.
pub fn packed(content: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(content).unwrap();
    let stream = packer.finish().unwrap();
    let mut object = format!("<< /Length {} /Filter /FlateDecode >>\nstream\n", stream.len()).into_bytes();
    object.extend(stream);
    object.extend(b"\nendstream");
    object
}

/// A file of these objects.
pub fn whole(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (number, object) in (1..).zip(objects) {
        places.push(file.len());
        file.extend(format!("{number} 0 obj\n").into_bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let at = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes());
    for place in places {
        file.extend(format!("{place:010} 00000 n \n").into_bytes());
    }
    file.extend(
        format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{at}\n%%EOF\n", objects.len() + 1).into_bytes(),
    );
    file
}
