//! The part of a file that a player asks for (RFC 9110 §14: one range of bytes).

/// What to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// So many bytes from here.
    Of {
        /// First byte.
        from: u64,
        /// How many; at least one.
        count: u64,
    },
    /// Nothing: the part lies past the end.
    Nowhere,
}

/// The part a `Range` header asks for. One that is not understood is as good as none.
pub(super) fn part(header: Option<&str>, length: u64) -> Part {
    let Some((first, last)) =
        header.and_then(|text| text.strip_prefix("bytes=")).and_then(|text| text.split_once('-'))
    else {
        return Part::Whole;
    };
    let (from, to) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(from), Ok(to)) if from <= to => (from, to.min(length.saturating_sub(1))),
        (Ok(from), Err(_)) if last.is_empty() => (from, length.saturating_sub(1)),
        (Err(_), Ok(count)) if first.is_empty() => {
            (length.saturating_sub(count), length.saturating_sub(1))
        }
        _ => return Part::Whole,
    };
    if from >= length { Part::Nowhere } else { Part::Of { from, count: to - from + 1 } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_of_bytes_is_understood() {
        assert_eq!(part(None, 10), Part::Whole);
        assert_eq!(part(Some("bytes=2-4"), 10), Part::Of { from: 2, count: 3 });
        assert_eq!(part(Some("bytes=2-"), 10), Part::Of { from: 2, count: 8 });
        assert_eq!(part(Some("bytes=-3"), 10), Part::Of { from: 7, count: 3 });
        assert_eq!(part(Some("bytes=2-400"), 10), Part::Of { from: 2, count: 8 });
    }

    #[test]
    fn past_the_end_there_is_nothing_and_what_is_odd_is_sent_whole() {
        assert_eq!(part(Some("bytes=10-"), 10), Part::Nowhere);
        assert_eq!(part(Some("bytes=0-"), 0), Part::Nowhere);
        for odd in ["bytes=4-2", "bytes=0-1,4-5", "lines=1-2", "bytes=-", "bytes=a-b"] {
            assert_eq!(part(Some(odd), 10), Part::Whole, "{odd}");
        }
    }
}
