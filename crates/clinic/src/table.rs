//! Plain tables for a terminal.

/// Lays out rows in columns. The first row is the heading; the first column is text and the
/// others are numbers, set to the right.
pub fn render(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let wide = |n: usize| rows.iter().filter_map(|r| r.get(n)).map(|c| c.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(wide).collect();
    let mut out = String::new();
    for (n, row) in rows.iter().enumerate() {
        for (column, (cell, width)) in row.iter().zip(&widths).enumerate() {
            let gap = " ".repeat(width - cell.chars().count());
            if column == 0 {
                out += &format!("{cell}{gap}");
            } else {
                out += &format!("  {gap}{cell}");
            }
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
        if n == 0 {
            out += &"─".repeat(widths.iter().sum::<usize>() + 2 * columns.saturating_sub(1));
            out.push('\n');
        }
    }
    out
}

/// The first characters of a text, with an ellipsis when it was longer.
pub fn shorten(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(std::iter::once('…')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_to_the_right_and_accents_count_once() {
        let rows = [["Exercice", "KB"], ["Été", "7"], ["Se lever", "1200"]];
        let rows: Vec<Vec<String>> = rows.iter().map(|r| r.map(str::to_owned).to_vec()).collect();
        let lines: Vec<String> = render(&rows).lines().map(str::to_owned).collect();
        assert_eq!(lines[2], "Été          7");
        assert_eq!(lines[3], "Se lever  1200");
    }
}
