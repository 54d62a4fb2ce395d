//! Charts as SVG made here: no script, no inline style; colours come from the style sheet, and as
//! attributes for a file that stands alone. Nothing is told by colour alone.

use maud::{Markup, html};

use crate::model::Decimal;
use crate::web::numbers;

/// Width of every chart in its own units; text of 14 stays readable on a narrow screen.
const WIDTH: f64 = 640.0;
/// Height of charts with an upward axis.
const HEIGHT: f64 = 340.0;
/// Room for the axis's numbers, for what stands above and below the chart, and to the right of it.
const LEFT: f64 = 64.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 34.0;
const RIGHT: f64 = 16.0;
/// Height of a row of horizontal bars, with its words above the bar.
const ROW: f64 = 46.0;
/// Width of the names, and sides of a cell, of a map.
const NAMES: f64 = 226.0;
const CELL: f64 = 26.0;

/// Title and description, for those who do not see the chart.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub(super) title: &'a str,
    pub(super) description: &'a str,
}

/// A value in numbers that a picture needs.
fn number(value: Decimal) -> f64 {
    value.to_string().parse().unwrap_or(0.0)
}

fn place(value: f64) -> String {
    format!("{value:.1}")
}

/// An upward axis from zero.
struct Axis {
    top: f64,
    step: f64,
    height: f64,
}

impl Axis {
    /// Makes the axis on which `most` has its place, with about four steps of 1, 2 or 5.
    fn new(most: f64, height: f64) -> Self {
        let most = if most > 0.0 { most } else { 1.0 };
        let power = 10_f64.powf((most / 4.0).log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].map(|times| times * power);
        let step = step.into_iter().find(|step| most / step <= 5.0).unwrap_or(power * 10.0);
        Self { top: (most / step).ceil() * step, step, height }
    }

    fn y(&self, value: f64) -> f64 {
        TOP + (1.0 - value / self.top) * (self.height - TOP - BOTTOM)
    }

    fn ticks(&self) -> Vec<f64> {
        let mut ticks = Vec::new();
        let mut at = 0.0;
        while at <= self.top + self.step / 2.0 {
            ticks.push(at);
            at += self.step;
        }
        ticks
    }

    fn show(&self, unit: &str) -> Markup {
        html! {
            text x="4" y="16" class="axis" { (unit) }
            @for tick in self.ticks() {
                @let y = self.y(tick);
                line class="grid" x1=(LEFT) x2=(place(WIDTH - RIGHT)) y1=(place(y)) y2=(place(y)) stroke="#c9ced4" {}
                text class="axis" x=(place(LEFT - 6.0)) y=(place(y + 5.0)) text-anchor="end" { (short(tick)) }
            }
        }
    }
}

/// Writes an axis's number: a multiple of 1, 2 or 5 of a power of ten.
fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    numbers::grouped(text.trim_end_matches('0').trim_end_matches('.'))
}

fn picture(about: About<'_>, height: f64, inside: &Markup) -> Markup {
    html! {
        svg xmlns="http://www.w3.org/2000/svg" class="chart" role="img" aria-labelledby="chart-title chart-about"
            viewBox={ "0 0 " (WIDTH) " " (place(height)) } font-family="system-ui, sans-serif" font-size="14" fill="#1a1d21" {
            title #chart-title { (about.title) }
            desc #chart-about { (about.description) }
            rect class="paper" width=(WIDTH) height=(place(height)) fill="#ffffff" {}
            (inside)
        }
    }
}

/// Bars side by side for each group, one of each series, empty where there is no value. The first series
/// is drawn as an outline, the second filled.
pub(super) fn bars(
    about: About<'_>,
    unit: &str,
    series: [&str; 2],
    groups: &[(String, [Option<Decimal>; 2])],
) -> Markup {
    let all = groups.iter().flat_map(|(_, values)| values.iter().flatten());
    let axis = Axis::new(all.map(|value| number(*value)).fold(0.0, f64::max), HEIGHT);
    let wide = (WIDTH - LEFT - RIGHT) / f64::from(u32::try_from(groups.len().max(1)).unwrap_or(1));
    let bar = (wide * 0.36).min(40.0);
    let left = |group: usize, side: usize| {
        let group = f64::from(u32::try_from(group).unwrap_or(0));
        LEFT + wide * (group + 0.5) - bar + bar * if side == 0 { 0.0 } else { 1.0 }
    };
    picture(
        about,
        HEIGHT,
        &html! {
            (axis.show(unit))
            rect class="bar-plan" x=(place(WIDTH - 300.0)) y="5" width="14" height="12" fill="#ffffff" stroke="#0b4f9e" stroke-width="2" {}
            text x=(place(WIDTH - 280.0)) y="16" { (series[0]) }
            rect class="bar-done" x=(place(WIDTH - 150.0)) y="5" width="14" height="12" fill="#0b4f9e" {}
            text x=(place(WIDTH - 130.0)) y="16" { (series[1]) }
            @for (at, (name, values)) in groups.iter().enumerate() {
                @for (side, value) in values.iter().enumerate() {
                    @if let Some(value) = value {
                        @let y = axis.y(number(*value));
                        @let height = place((HEIGHT - BOTTOM - y).max(0.0));
                        @if side == 0 {
                            rect class="bar-plan" x=(place(left(at, 0) + 1.0)) y=(place(y)) width=(place(bar - 2.0)) height=(height) fill="#ffffff" stroke="#0b4f9e" stroke-width="2" {}
                        } @else {
                            rect class="bar-done" x=(place(left(at, 1))) y=(place(y)) width=(place(bar)) height=(height) fill="#0b4f9e" {}
                        }
                    }
                }
                text x=(place(left(at, 1))) y=(place(HEIGHT - 12.0)) text-anchor="middle" { (name) }
            }
        },
    )
}

/// One line of [`lines`]: its name, and values by month.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) points: Vec<(i8, Decimal)>,
    /// A level of the whole year, drawn across and broken.
    pub(super) level: bool,
}

/// Lines over the months of a year, each named where it ends.
pub(super) fn lines(about: About<'_>, unit: &str, month: &str, lines: &[Line]) -> Markup {
    let all = lines.iter().flat_map(|line| line.points.iter());
    let axis = Axis::new(all.map(|(_, value)| number(*value)).fold(0.0, f64::max), HEIGHT);
    let x = |month: i8| LEFT + (WIDTH - LEFT - RIGHT - 60.0) * f64::from(month) / 12.0;
    let mut taken: Vec<(f64, f64)> = Vec::new();
    // A name that would lie on another moves up or down to the nearest room.
    let mut free = |x: f64, wanted: f64| {
        let is_free = |y: f64| {
            taken.iter().all(|(other_x, other_y)| (other_x - x).abs() > 70.0 || (other_y - y).abs() >= 15.0)
        };
        let steps = (0..lines.len()).flat_map(|step| {
            let by = 15.0 * f64::from(u32::try_from(step).unwrap_or(0));
            [wanted + by, wanted - by]
        });
        let y = steps.into_iter().find(|y| is_free(*y)).unwrap_or(wanted);
        taken.push((x, y));
        y
    };
    let dashes = ["", "7 3", "2 3", "10 3 2 3", "5 5"];
    let drawn: Vec<Markup> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let path: Vec<String> = line
                .points
                .iter()
                .map(|(month, value)| format!("{},{}", place(x(*month)), place(axis.y(number(*value)))))
                .collect();
            let last = line.points.last().map(|(month, value)| (x(*month), axis.y(number(*value))));
            html! {
                @if line.level {
                    @if let Some((_, y)) = last {
                        line class="level" x1=(LEFT) x2=(place(x(12))) y1=(place(y)) y2=(place(y)) stroke="#7a4b00" stroke-width="2" stroke-dasharray="4 4" {}
                        text x=(place(x(12) + 6.0)) y=(place(free(x(12), y + 5.0))) { (line.name) }
                    }
                } @else {
                    polyline class="line" points=(path.join(" ")) fill="none" stroke="#0b4f9e" stroke-width="2.5" stroke-dasharray=(dashes[at % dashes.len()]) {}
                    @for (month, value) in &line.points {
                        circle class="dot" cx=(place(x(*month))) cy=(place(axis.y(number(*value)))) r="4" fill="#0b4f9e" {}
                    }
                    @if let Some((x, y)) = last { text x=(place(x + 8.0)) y=(place(free(x, y + 5.0))) { (line.name) } }
                }
            }
        })
        .collect();
    picture(
        about,
        HEIGHT,
        &html! {
            (axis.show(unit))
            @for at in 1..=12_i8 { text class="axis" x=(place(x(at))) y=(place(HEIGHT - 12.0)) text-anchor="middle" { (at) } }
            text class="axis" x=(place(WIDTH - 4.0)) y=(place(HEIGHT - 12.0)) text-anchor="end" { (month) }
            @for line in &drawn { (line) }
        },
    )
}

/// Horizontal bars, each with its words above it.
pub(super) fn rows(about: About<'_>, rows: &[(String, String, Decimal)]) -> Markup {
    let most = rows.iter().map(|(_, _, value)| number(*value)).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let y = |at: usize| 10.0 + ROW * f64::from(u32::try_from(at).unwrap_or(0));
    picture(
        about,
        y(rows.len()) + 6.0,
        &html! {
            @for (at, (name, shown, value)) in rows.iter().enumerate() {
                text x="4" y=(place(y(at) + 12.0)) { (name) }
                text x=(place(WIDTH - 4.0)) y=(place(y(at) + 12.0)) text-anchor="end" { (shown) }
                rect class="track" x="4" y=(place(y(at) + 19.0)) width=(place(WIDTH - 8.0)) height="14" fill="#eef1f4" {}
                rect class="bar-done" x="4" y=(place(y(at) + 19.0)) width=(place((WIDTH - 8.0) * number(*value).max(0.0) / most)) height="14" fill="#0b4f9e" {}
            }
        },
    )
}

/// A cell of [`map`]: how many of how many; `None` where there is nothing.
pub(super) type Cell = Option<(u64, u64)>;

/// A map of cells: rows by names, columns by heads; every cell says its number, and is the darker the
/// more of its findings conflict.
pub(super) fn map(about: About<'_>, heads: &[String], rows: &[(String, Vec<Cell>)]) -> Markup {
    let wide = (WIDTH - NAMES - 4.0) / f64::from(u32::try_from(heads.len().max(1)).unwrap_or(1));
    let wide = wide.min(64.0);
    let x = |at: usize| NAMES + wide * f64::from(u32::try_from(at).unwrap_or(0));
    let y = |at: usize| 26.0 + CELL * f64::from(u32::try_from(at).unwrap_or(0));
    let conflicts =
        rows.iter().flat_map(|(_, cells)| cells.iter().flatten()).map(|(conflicts, _)| *conflicts);
    // Thirds of the most, but never so fine that one conflict is dark.
    let third = conflicts.max().unwrap_or(0).div_ceil(3).max(2);
    let shade = |conflicts: u64| match conflicts {
        0 => ("cell-0", "#eef1f4", "#1a1d21"),
        few if few < third => ("cell-1", "#fbd5d2", "#1a1d21"),
        some if some < 2 * third => ("cell-2", "#f0a39d", "#1a1d21"),
        _ => ("cell-3", "#a3140f", "#ffffff"),
    };
    picture(
        about,
        y(rows.len()) + 4.0,
        &html! {
            @for (at, head) in heads.iter().enumerate() { text class="axis" x=(place(x(at) + wide / 2.0)) y="18" text-anchor="middle" { (head) } }
            @for (row, (name, cells)) in rows.iter().enumerate() {
                text x="4" y=(place(y(row) + 18.0)) { (name) }
                @for (at, cell) in cells.iter().enumerate() {
                    @if let Some((conflicts, _)) = cell {
                        @let (class, fill, ink) = shade(*conflicts);
                        rect class=(class) x=(place(x(at) + 1.0)) y=(place(y(row) + 1.0)) width=(place(wide - 2.0)) height=(place(CELL - 2.0)) fill=(fill) {}
                        text class={ (class) "-ink" } x=(place(x(at) + wide / 2.0)) y=(place(y(row) + 18.0)) text-anchor="middle" fill=(ink) { (conflicts) }
                    }
                }
            }
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_has_round_steps_and_room_for_the_most() {
        for (most, step, top) in [(77.2, 20.0, 80.0), (0.7, 0.2, 0.8), (4.0, 1.0, 4.0), (0.0, 0.2, 1.0)] {
            let axis = Axis::new(most, HEIGHT);
            assert!(
                (axis.step - step).abs() < 1e-9 && (axis.top - top).abs() < 1e-9,
                "{most}: {} {}",
                axis.step,
                axis.top
            );
        }
        assert_eq!(short(0.2), "0,2");
        assert_eq!(short(12_000.0), "12.000");
    }

    #[test]
    fn a_picture_carries_no_style_and_no_script() {
        let about = About { title: "<script>", description: "style=\"x\"" };
        let groups = [("2012".to_owned(), [Some(Decimal::whole(3)), None])];
        let made = bars(about, "tỷ đồng", ["a", "b"], &groups).into_string();
        assert!(!made.contains("<script") && !made.contains(" style="), "{made}");
        assert!(made.contains("&lt;script&gt;"), "{made}");
    }
}
