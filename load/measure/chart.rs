//! Charts of figures as SVG: lines over an axis, from a table of numbers. They follow the reader's choice of a light
//! or dark page and need nothing but a browser.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 76.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 48.0;
const BOTTOM: f64 = 76.0;

/// Told apart by most people with any colour vision, on white and on black.
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A line of names, the axis's first, then lines of numbers, separated by commas
    table: PathBuf,
    /// What the chart shows
    #[arg(long)]
    title: String,
    /// What the numbers are, such as "requests a second"
    #[arg(long)]
    unit: String,
}

/// A table of numbers with names.
struct Table {
    names: Vec<String>,
    rows: Vec<Vec<f64>>,
}

/// Prints the chart of a table.
pub(crate) fn run(options: &Options) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(&options.table)
        .with_context(|| format!("cannot read {}", options.table.display()))?;
    print!("{}", draw(&Table::parse(&text)?, &options.title, &options.unit));
    Ok(())
}

impl Table {
    fn parse(text: &str) -> anyhow::Result<Self> {
        let mut lines = text.lines().filter(|line| !line.trim().is_empty());
        let split = |line: &str| line.split(',').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
        let names = split(lines.next().context("the table is empty")?);
        let mut rows = Vec::new();
        for line in lines {
            let row: Vec<f64> = split(line)
                .iter()
                .map(|cell| cell.parse::<f64>().with_context(|| format!("{cell:?} is not a number")))
                .collect::<anyhow::Result<_>>()?;
            if row.len() != names.len() {
                bail!("{line:?} has {} numbers for {} names", row.len(), names.len());
            }
            rows.push(row);
        }
        if rows.is_empty() || names.len() < 2 {
            bail!("the table has no numbers");
        }
        Ok(Self { names, rows })
    }
}

/// Values of the axis are put at even distances: what is shown grows by factors.
fn draw(table: &Table, title: &str, unit: &str) -> String {
    let highest = table.rows.iter().flat_map(|row| &row[1..]).copied().fold(0.0, f64::max);
    let step = round_step(highest / 5.0);
    let top = (highest / step).ceil().max(1.0) * step;
    let steps = table.rows.len();
    let x = |position: usize| {
        let share = (count(position) + 0.5) / count(steps);
        LEFT + share * (WIDTH - LEFT - RIGHT)
    };
    let y = |value: f64| HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);

    let mut svg = String::new();
    let mut put = |line: String| svg.push_str(&(line + "\n"));
    put(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\">",
        escaped(title)
    ));
    put("<style>text { fill: #222 } .grid { stroke: #ddd } .page { fill: #fff } \
         @media (prefers-color-scheme: dark) { text { fill: #ddd } .grid { stroke: #444 } .page { fill: #111 } }</style>"
        .to_owned());
    put(format!("<rect class=\"page\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>"));
    put(format!("<text x=\"{LEFT}\" y=\"24\" font-size=\"16\">{}</text>", escaped(title)));
    put(format!("<text x=\"{LEFT}\" y=\"{}\">{}</text>", TOP - 8.0, escaped(unit)));
    let mut line = 0.0;
    while line <= top {
        let height = y(line);
        put(format!(
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{height}\" y2=\"{height}\"/>\
             <text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            height + 4.0,
            shown(line)
        ));
        line += step;
    }
    for (position, row) in table.rows.iter().enumerate() {
        let (x, y) = (x(position), HEIGHT - BOTTOM + 18.0);
        put(format!("<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\">{}</text>", shown(row[0])));
    }
    put(format!(
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
        f64::midpoint(LEFT, WIDTH - RIGHT),
        HEIGHT - BOTTOM + 38.0,
        escaped(&table.names[0])
    ));
    for (series, name) in table.names[1..].iter().enumerate() {
        let colour = COLOURS[series % COLOURS.len()];
        let mut points = String::new();
        for (position, row) in table.rows.iter().enumerate() {
            let (x, y) = (x(position), y(row[series + 1]));
            // Writing to a string cannot fail.
            let _ = write!(points, "{x:.1},{y:.1} ");
            put(format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>"));
        }
        put(format!(
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" points=\"{}\"/>",
            points.trim_end()
        ));
        let at = LEFT + count(series) * (WIDTH - LEFT - RIGHT) / count(table.names.len() - 1);
        let base = HEIGHT - 14.0;
        put(format!(
            "<rect x=\"{at}\" y=\"{}\" width=\"12\" height=\"12\" fill=\"{colour}\"/><text x=\"{}\" y=\"{base}\">{}</text>",
            base - 11.0,
            at + 18.0,
            escaped(name)
        ));
    }
    svg + "</svg>\n"
}

#[expect(clippy::cast_precision_loss, reason = "a chart has few points")]
fn count(number: usize) -> f64 {
    number as f64
}

/// The next larger of 1, 2 and 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.max(f64::MIN_POSITIVE).log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|round| *round >= step)
        .unwrap_or(step)
}

fn shown(number: f64) -> String {
    match number {
        n if n >= 1e6 => format!("{}M", n / 1e6),
        n if n >= 1e3 => format!("{}k", n / 1e3),
        n => format!("{}", (n * 100.0).round() / 100.0),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_becomes_a_line_for_each_name() {
        let table = Table::parse("connections,ours,\"theirs\"\n2,10,20\n4,40,30\n").expect("a table");
        let svg = draw(&table, "Rates & <more>", "a second");
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert_eq!(svg.matches("<circle").count(), 4);
        assert!(svg.contains("Rates &amp; &lt;more>") && svg.ends_with("</svg>\n"));
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for bad in ["", "x,y\n", "x\n1\n", "x,y\n1\n", "x,y\n1,many\n"] {
            assert!(Table::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn steps_are_round() {
        for (step, round) in [(0.9, 1.0), (1.1, 2.0), (24_000.0, 50_000.0), (7.0, 10.0)] {
            assert!((round_step(step) - round).abs() < round / 1e6, "{step}");
        }
        assert_eq!(
            (shown(1_000_000.0), shown(2_500.0), shown(0.5)),
            ("1M".into(), "2.5k".into(), "0.5".into())
        );
    }
}
