//! Short names of contents. They notice a change that nobody intended; against one that somebody
//! intends only a signature helps.

/// FNV-1a, 64 bits, in lowercase hexadecimal.
pub fn of(bytes: impl IntoIterator<Item = u8>) -> String {
    format!("{:016x}", number(bytes))
}

/// The same as a number.
pub fn number(bytes: impl IntoIterator<Item = u8>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in bytes {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_those_of_the_published_examples() {
        assert_eq!(of([]), "cbf29ce484222325");
        assert_eq!(of(*b"a"), "af63dc4c8601ec8c");
        assert_eq!(of(*b"foobar"), "85944171f73967e8");
    }
}
