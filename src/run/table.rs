//! Tables as spreadsheets write them.

/// What parts the columns: what the first line has most of.
pub(super) fn separator(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: u8| first.bytes().filter(|&byte| byte == separator).count();
    // Of equals the last is taken: a comma where there is one column only.
    [b'\t', b';', b','].into_iter().max_by_key(|&one| count(one)).unwrap_or(b',')
}

/// Whether a row is the rest of the table, swallowed by a quotation mark without a second.
pub(super) fn unclosed(row: &csv::StringRecord, text: &str) -> bool {
    let start = row.position().map_or(0, csv::Position::byte);
    let rest = usize::try_from(start).ok().and_then(|start| text.get(start..)).unwrap_or_default();
    let swallowed = row.iter().any(|cell| cell.contains('\n'));
    swallowed && rest.matches('"').count() % 2 == 1
}
