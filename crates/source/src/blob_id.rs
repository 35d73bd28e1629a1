//! The id that git gives a file's content, so that a file in a folder and the same file in a commit are one content.

use crate::ContentId;

impl ContentId {
    /// The id of a git blob with these bytes: SHA-1 of `blob <length>\0` and the bytes (gitformat-pack(5), FIPS 180-4).
    #[must_use]
    pub fn of_blob(bytes: &[u8]) -> Self {
        let mut hasher = Sha1::new();
        hasher.update(format!("blob {}\0", bytes.len()).as_bytes());
        hasher.update(bytes);
        Self(hasher.finish())
    }
}

const BLOCK: usize = 64;

/// SHA-1, one block at a time. Here it names contents; it protects nothing.
struct Sha1 {
    state: [u32; 5],
    pending: [u8; BLOCK],
    pending_len: usize,
    total: u64,
}

impl Sha1 {
    fn new() -> Self {
        Self {
            state: [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0],
            pending: [0; BLOCK],
            pending_len: 0,
            total: 0,
        }
    }

    fn update(&mut self, mut bytes: &[u8]) {
        self.total += bytes.len() as u64;
        if self.pending_len > 0 {
            let take = bytes.len().min(BLOCK - self.pending_len);
            self.pending[self.pending_len..self.pending_len + take].copy_from_slice(&bytes[..take]);
            self.pending_len += take;
            bytes = &bytes[take..];
            if self.pending_len < BLOCK {
                return;
            }
            let block = self.pending;
            self.compress(&block);
        }
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        for block in blocks {
            self.compress(block);
        }
        self.pending[..rest.len()].copy_from_slice(rest);
        self.pending_len = rest.len();
    }

    fn finish(mut self) -> [u8; 20] {
        let bits = self.total * 8;
        self.update(&[0x80]);
        while self.pending_len != BLOCK - 8 {
            self.update(&[0]);
        }
        self.update(&bits.to_be_bytes());
        let mut out = [0; 20];
        for (chunk, word) in out.chunks_exact_mut(4).zip(self.state) {
            chunk.copy_from_slice(&word.to_be_bytes());
        }
        out
    }

    fn compress(&mut self, block: &[u8; BLOCK]) {
        let mut words = [0u32; 80];
        for (word, chunk) in words.iter_mut().zip(block.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*chunk);
        }
        for at in 16..80 {
            words[at] = (words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16]).rotate_left(1);
        }
        let mut state = self.state;
        let (rounds, _) = words.as_chunks::<20>();
        if let [first, second, third, fourth] = rounds {
            twenty_rounds(&mut state, first, 0x5A82_7999, |b, c, d| (b & c) | (!b & d));
            twenty_rounds(&mut state, second, 0x6ED9_EBA1, |b, c, d| b ^ c ^ d);
            twenty_rounds(&mut state, third, 0x8F1B_BCDC, |b, c, d| (b & c) | (b & d) | (c & d));
            twenty_rounds(&mut state, fourth, 0xCA62_C1D6, |b, c, d| b ^ c ^ d);
        }
        for (state, value) in self.state.iter_mut().zip(state) {
            *state = state.wrapping_add(value);
        }
    }
}

/// Five rounds at a time bring every word of the state back to its place, so that none has to be moved.
#[inline(always)]
fn twenty_rounds(state: &mut [u32; 5], words: &[u32; 20], constant: u32, mix: impl Fn(u32, u32, u32) -> u32) {
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    let round = |a: u32, b: &mut u32, c: u32, d: u32, e: &mut u32, word: u32| {
        let mixed = mix(*b, c, d);
        *e = e.wrapping_add(a.rotate_left(5)).wrapping_add(mixed).wrapping_add(constant).wrapping_add(word);
        *b = b.rotate_left(30);
    };
    for five in words.as_chunks::<5>().0 {
        round(a, &mut b, c, d, &mut e, five[0]);
        round(e, &mut a, b, c, &mut d, five[1]);
        round(d, &mut e, a, b, &mut c, five[2]);
        round(c, &mut d, e, a, &mut b, five[3]);
        round(b, &mut c, d, e, &mut a, five[4]);
    }
    *state = [a, b, c, d, e];
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(id: ContentId) -> String {
        id.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    // The ids are what `git hash-object --stdin` prints.
    #[test]
    fn is_what_git_says() {
        assert_eq!(hex(ContentId::of_blob(b"")), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
        assert_eq!(hex(ContentId::of_blob(b"hello\n")), "ce013625030ba8dba906f756967f9e9ca394464a");
    }

    #[test]
    fn every_length_around_a_block_differs_and_repeats() {
        let bytes = vec![b'x'; 300];
        let ids: std::collections::BTreeSet<_> = (0..300).map(|len| ContentId::of_blob(&bytes[..len])).collect();
        assert_eq!(ids.len(), 300);
        assert_eq!(hex(ContentId::of_blob(&bytes[..56])), X56);
        assert_eq!(hex(ContentId::of_blob(&bytes[..300])), X300);
    }

    const X56: &str = "355e203863c368f0404d7fc7ae4761122c117dd2";
    const X300: &str = "7acfaa61995c6b414befc0b534f93199e0f2ecfe";
}
