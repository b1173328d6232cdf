//! Charts of what the patient noted: points and bars, without lines from one day to another, without
//! arrows, without colours that judge. What they show is said in a sentence and stands behind them in
//! a table.

use crate::{
    i18n::{self, K, count, fill, t},
    platform::dom::{View, all, el, shape},
};
use care::{calendar::Day, follow_up::Pain};

/// The drawing's size, in its own units: about one CSS pixel each on a phone.
const WIDTH: u32 = 320;
const HEIGHT: u32 = 210;
/// The part that holds the points.
const LEFT: u32 = 40;
const RIGHT: u32 = 312;
const TOP: u32 = 16;
const BOTTOM: u32 = 172;

/// So many answers are drawn; all are in the journal.
const POINTS: usize = 14;

/// « 21/11 »: short, beside a table that has the whole date.
fn short(day: Day) -> String {
    let (_, month, day) = day.parts();
    fill(K::FollowUpShortDate, &[("day", &day.to_string()), ("month", &month.to_string())])
}

/// From the left: the middle of the `at`-th of `of` places.
fn middle(at: usize, of: usize) -> u32 {
    let (at, of) = (u32::try_from(at).unwrap_or(0), u32::try_from(of).unwrap_or(1).max(1));
    LEFT + (RIGHT - LEFT) * (2 * at + 1) / (2 * of)
}

/// From the top: where `value` of `most` stands.
fn height(value: u32, most: u32) -> u32 {
    BOTTOM - (BOTTOM - TOP) * value.min(most) / most.max(1)
}

fn at(view: View, numbers: &[(&str, u32)]) -> View {
    numbers.iter().fold(view, |view, (name, n)| view.attr(name, &n.to_string()))
}

fn line(class: &str, from: (u32, u32), to: (u32, u32)) -> View {
    at(shape("line", class), &[("x1", from.0), ("y1", from.1), ("x2", to.0), ("y2", to.1)])
}

fn words(x: u32, y: u32, anchor: &str, words: &str) -> View {
    at(shape("text", "chart-words"), &[("x", x), ("y", y)]).attr("text-anchor", anchor).text(words)
}

fn circle(x: u32, y: u32) -> View {
    at(shape("circle", "chart-before"), &[("cx", x), ("cy", y), ("r", 6)])
}

fn square(x: u32, y: u32) -> View {
    at(shape("rect", "chart-after"), &[("x", x - 6), ("y", y - 6), ("width", 12), ("height", 12)])
}

/// The frame: what it says as a whole, lines at some heights, the first and the last day below.
fn frame(says: &str, most: u32, marks: &[u32], days: &[Day]) -> View {
    let svg = shape("svg", "chart")
        .attr("viewBox", &["0 0 ", &WIDTH.to_string(), " ", &HEIGHT.to_string()].concat())
        .attr("role", "img")
        .attr("aria-label", says);
    let lines = marks.iter().map(|mark| {
        let y = height(*mark, most);
        all([line("chart-line", (LEFT, y), (RIGHT, y)), words(LEFT - 8, y + 6, "end", &mark.to_string())])
    });
    let svg = svg.with(all(lines));
    match days {
        [] => svg,
        [only] => svg.with(words(middle(0, 1), HEIGHT - 10, "middle", &short(*only))),
        [first, .., last] => svg.with(words(LEFT, HEIGHT - 10, "start", &short(*first))).with(words(
            RIGHT,
            HEIGHT - 10,
            "end",
            &short(*last),
        )),
    }
}

/// A mark of the legend with its word.
fn legend(mark: View, word: K) -> View {
    let key = shape("svg", "chart-key").attr("viewBox", "0 0 20 20").attr("aria-hidden", "true").with(mark);
    el("li", "").with(key).with(el("span", "").text(t(word)))
}

/// A table: what it is of, its columns, and its rows, whose first cell is their head.
pub fn table(caption: K, columns: &[K], rows: impl IntoIterator<Item = Vec<String>>) -> View {
    laid_out(caption, columns, rows, false)
}

/// The same where it stands by itself, not behind a chart: the phone’s voice reads paragraphs, so each cell
/// is one.
pub fn spoken(caption: K, columns: &[K], rows: impl IntoIterator<Item = Vec<String>>) -> View {
    laid_out(caption, columns, rows, true)
}

fn laid_out(caption: K, columns: &[K], rows: impl IntoIterator<Item = Vec<String>>, spoken: bool) -> View {
    let put = |cell: View, words: &str| match spoken {
        true => cell.with(el("p", "").text(words)),
        false => cell.text(words),
    };
    let head = columns.iter().map(|column| put(el("th", "").attr("scope", "col"), t(*column)));
    let row = |cells: Vec<String>| {
        let cells = cells.iter().enumerate().map(|(n, cell)| match n {
            0 => put(el("th", "").attr("scope", "row"), cell),
            _ => put(el("td", ""), cell),
        });
        el("tr", "").with(all(cells))
    };
    el("table", "table")
        .with(el("caption", "visually-hidden").text(t(caption)))
        .with(el("thead", "").with(el("tr", "").with(all(head))))
        .with(el("tbody", "").with(all(rows.into_iter().map(row))))
}

/// A table's rows of pain: day, before, after.
pub fn pain_table(pain: &[Pain<'_>]) -> View {
    let cell = |answer: Option<care::follow_up::Answer>| {
        answer.map_or_else(|| t(K::FollowUpNotTold).to_owned(), |a| a.level.to_string())
    };
    let row = |p: &Pain<'_>| vec![i18n::date(p.day), cell(p.before), cell(p.after)];
    let columns = [K::FollowUpDay, K::FollowUpBefore, K::FollowUpAfter];
    table(K::FollowUpPainTitle, &columns, pain.iter().map(row))
}

fn behind(table: View) -> View {
    el("details", "")
        .with(el("summary", "").attr("data-action", "chart-numbers").text(t(K::FollowUpNumbers)))
        .with(table)
}

/// Pain before and after, answer by answer. What was told at another moment stands alone.
pub fn pain(pain: &[Pain<'_>]) -> View {
    let shown = &pain[pain.len().saturating_sub(POINTS)..];
    let days: Vec<Day> = shown.iter().map(|p| p.day).collect();
    let says = count(shown.len() as u64, K::FollowUpPainSaysOne, K::FollowUpPainSaysOther);
    let points = shown.iter().enumerate().map(|(n, p)| {
        let x = middle(n, shown.len());
        let y = |level| height(level, 10);
        let (before, after) = (p.before.map(|a| y(a.level)), p.after.map(|a| y(a.level)));
        // The two of one session stand side by side, and belong together.
        let apart = if before.is_some() && after.is_some() { 5 } else { 0 };
        let joined = before.zip(after).map(|(b, a)| line("chart-joined", (x - apart, b), (x + apart, a)));
        let marks = before.map(|y| circle(x - apart, y)).into_iter();
        let marks = marks.chain(after.map(|y| square(x + apart, y)));
        all(joined.into_iter().chain(marks))
    });
    let keys = el("ul", "marks chart-keys")
        .with(legend(circle(10, 10), K::FollowUpBefore))
        .with(legend(square(10, 10), K::FollowUpAfter));
    el("figure", "stack tight")
        .with(el("figcaption", "soft").text(t(K::FollowUpPainScale)))
        .with(frame(&says, 10, &[0, 5, 10], &days).with(all(points)))
        .with(keys)
        .with(behind(pain_table(shown)))
}

/// One week: its Monday, what was done and what is prescribed.
pub type WeekDone = (Day, u32, u32);

/// Done beside prescribed, week by week.
pub fn weeks(weeks: &[WeekDone]) -> View {
    let most = weeks.iter().map(|w| w.1.max(w.2)).max().unwrap_or(0).max(1);
    let days: Vec<Day> = weeks.iter().map(|w| w.0).collect();
    let says = count(weeks.len() as u64, K::FollowUpWeeksSaysOne, K::FollowUpWeeksSaysOther);
    let bar = |class: &str, x: u32, width: u32, value: u32| {
        let y = height(value, most);
        at(shape("rect", class), &[("x", x - width / 2), ("y", y), ("width", width), ("height", BOTTOM - y)])
    };
    let bars = weeks.iter().enumerate().map(|(n, (_, done, prescribed))| {
        let x = middle(n, weeks.len());
        all([bar("chart-prescribed", x, 30, *prescribed), bar("chart-done", x, 14, *done)])
    });
    let key = |class: &str, width: u32| {
        at(shape("rect", class), &[("x", 10 - width / 2), ("y", 2), ("width", width), ("height", 16)])
    };
    let keys = el("ul", "marks chart-keys")
        .with(legend(key("chart-done", 12), K::FollowUpDoneWord))
        .with(legend(key("chart-prescribed", 16), K::FollowUpPrescribedWord));
    let rows = weeks.iter().map(|(monday, done, prescribed)| {
        vec![i18n::date(*monday), done.to_string(), prescribed.to_string()]
    });
    let columns = [K::FollowUpWeekOf, K::FollowUpDoneWord, K::FollowUpPrescribedWord];
    el("figure", "stack tight")
        .with(frame(&says, most, &[0, most], &days).with(all(bars)))
        .with(keys)
        .with(behind(table(K::FollowUpWeeksTitle, &columns, rows)))
}
