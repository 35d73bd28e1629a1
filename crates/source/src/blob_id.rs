//! The id that git gives a file's content, so that a file in a folder and the same file in a commit are one content.

use sha1::{Digest, Sha1};

use crate::ContentId;

impl ContentId {
    /// The id of a git blob with these bytes: SHA-1 of `blob <length>\0` and the bytes (gitformat-pack(5), FIPS 180-4). Here
    /// it names contents; it protects nothing.
    #[must_use]
    pub fn of_blob(bytes: &[u8]) -> Self {
        let header = format!("blob {}\0", bytes.len());
        Self(Sha1::new().chain_update(header).chain_update(bytes).finalize().into())
    }
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
