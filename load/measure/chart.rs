//! Charts of figures as SVG: lines over an axis, from a table of numbers. They follow the reader's
//! choice of a light or dark page and need nothing but a browser.

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
/// Of a row of names below the axis.
const ROW: f64 = 18.0;

/// Colours that most people can tell apart, with any colour vision, on white and on black. With
/// more lines than colours, the second half has the same colours and is dashed.
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
    /// Equal distances are equal factors; numbers must be above 0
    #[arg(long)]
    logarithmic: bool,
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
    let table = Table::parse(&text)?;
    let axis = Axis::of(&table, options.logarithmic)?;
    print!("{}", draw(&table, &axis, &options.title, &options.unit));
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

/// What the height of a point means.
struct Axis {
    /// Where lines are drawn, from the bottom to the top.
    lines: Vec<f64>,
    logarithmic: bool,
}

impl Axis {
    fn of(table: &Table, logarithmic: bool) -> anyhow::Result<Self> {
        let numbers = || table.rows.iter().flat_map(|row| &row[1..]).copied();
        let highest = numbers().fold(0.0, f64::max);
        let mut lines = vec![0.0];
        if logarithmic {
            let lowest = numbers().fold(f64::INFINITY, f64::min);
            if lowest <= 0.0 || !highest.is_finite() {
                bail!("a logarithmic axis has no place for {lowest}");
            }
            lines = vec![1.0 / round_step(1.0 / lowest)];
        }
        let step = if highest > 0.0 { round_step(highest / 5.0) } else { 1.0 };
        while let Some(&line) = lines.last()
            && (line < highest || lines.len() == 1)
        {
            lines.push(if logarithmic { round_step(line * 1.5) } else { count(lines.len()) * step });
        }
        Ok(Self { lines, logarithmic })
    }

    /// 0 at the bottom, 1 at the top.
    fn share(&self, value: f64) -> f64 {
        let [bottom, .., top] = self.lines[..] else { return 0.0 };
        if self.logarithmic {
            (value / bottom).ln() / (top / bottom).ln()
        } else {
            (value - bottom) / (top - bottom)
        }
    }
}

/// Values of the horizontal axis are put at even distances: what is shown grows by factors.
fn draw(table: &Table, axis: &Axis, title: &str, unit: &str) -> String {
    let series = table.names.len() - 1;
    let in_row = if series > COLOURS.len() { series.div_ceil(2) } else { series };
    let bottom = HEIGHT - BOTTOM - if series > in_row { ROW } else { 0.0 };
    let x =
        |position: usize| LEFT + (count(position) + 0.5) / count(table.rows.len()) * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| bottom - axis.share(value) * (bottom - TOP);

    let mut svg = head(title, unit);
    // Writing to a string cannot fail.
    for &line in &axis.lines {
        let (height, right, label_end) = (y(line), WIDTH - RIGHT, LEFT - 8.0);
        let _ = writeln!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{right}\" y1=\"{height:.1}\" y2=\"{height:.1}\"/>\
             <text x=\"{label_end}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            height + 4.0,
            shown(line)
        );
    }
    let mut below = |x: f64, distance: f64, text: String| {
        let y = bottom + distance;
        let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{text}</text>");
    };
    for (position, row) in table.rows.iter().enumerate() {
        below(x(position), ROW, shown(row[0]));
    }
    below(f64::midpoint(LEFT, WIDTH - RIGHT), 38.0, escaped(&table.names[0]));

    for (number, name) in table.names[1..].iter().enumerate() {
        let (row, place) = (number / in_row, number % in_row);
        let colour = COLOURS[place % COLOURS.len()];
        let dashes = if row > 0 { " stroke-dasharray=\"6 4\"" } else { "" };
        let mut points = String::new();
        for (position, values) in table.rows.iter().enumerate() {
            let (x, y) = (x(position), y(values[number + 1]));
            let _ = write!(points, "{x:.1},{y:.1} ");
            let _ = writeln!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\" fill=\"{colour}\"/>");
        }
        let points = points.trim_end();
        let at = LEFT + count(place) * (WIDTH - LEFT - RIGHT) / count(in_row);
        let base = bottom + 62.0 + count(row) * ROW;
        let _ = writeln!(
            svg,
            "<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"{dashes} points=\"{points}\"/>\n\
             <path d=\"M{at:.1},{} h20\" stroke=\"{colour}\" stroke-width=\"4\"{dashes}/>\
             <text x=\"{:.1}\" y=\"{base}\">{}</text>",
            base - 5.0,
            at + 26.0,
            escaped(name)
        );
    }
    svg + "</svg>\n"
}

/// The beginning of the picture: its colours and what stands above the lines.
fn head(title: &str, unit: &str) -> String {
    let (title, unit, above) = (escaped(title), escaped(unit), TOP - 12.0);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\" \
         font-family=\"system-ui, sans-serif\" font-size=\"13\">\n\
         <style>text {{ fill: #222 }} .grid {{ stroke: #ddd }} .page {{ fill: #fff }} \
         @media (prefers-color-scheme: dark) {{ text {{ fill: #ddd }} .grid {{ stroke: #444 }} .page {{ fill: #111 }} }}</style>\n\
         <rect class=\"page\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/>\n\
         <text x=\"{LEFT}\" y=\"20\" font-size=\"16\">{title}</text>\n<text x=\"{LEFT}\" y=\"{above}\">{unit}</text>\n"
    )
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
        n => format!("{}", (n * 1e3).round() / 1e3),
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
        let axis = Axis::of(&table, false).expect("an axis");
        let svg = draw(&table, &axis, "Rates & <more>", "a second");
        assert_eq!(svg.matches("<polyline").count(), 2);
        assert_eq!(svg.matches("<circle").count(), 4);
        assert!(svg.contains("Rates &amp; &lt;more>") && svg.ends_with("</svg>\n"));
    }

    #[test]
    fn more_lines_than_colours_come_in_two_halves() {
        let names: Vec<_> = (0..8).map(|series| format!("line {series}")).collect();
        let table = Table::parse(&format!("rate,{}\n1,1,2,3,4,5,6,7,8\n", names.join(","))).expect("a table");
        let svg = draw(&table, &Axis::of(&table, true).expect("an axis"), "Latencies", "ms");
        let dashed = |line: &&str| line.starts_with("<polyline") && line.contains("dasharray");
        assert_eq!(svg.lines().filter(dashed).count(), 4);
        assert!(COLOURS[..4].iter().all(|colour| svg.matches(colour).count() == 6), "{svg}");
    }

    #[test]
    fn an_axis_holds_all_numbers() {
        for (numbers, logarithmic, lines) in [
            ("0.03,4", true, vec![0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0]),
            ("0.5,0.5", true, vec![0.5, 1.0]),
            ("0,4", false, vec![0.0, 1.0, 2.0, 3.0, 4.0]),
            ("0,0", false, vec![0.0, 1.0]),
        ] {
            let table = Table::parse(&format!("x,y,z\n1,{numbers}\n")).expect("a table");
            let axis = Axis::of(&table, logarithmic).expect("an axis");
            assert_eq!(
                axis.lines.iter().map(|&line| shown(line)).collect::<Vec<_>>(),
                lines.into_iter().map(shown).collect::<Vec<_>>()
            );
            let within = |value: &f64| (-1e-9..1.0 + 1e-9).contains(&axis.share(*value));
            assert!(table.rows[0][1..].iter().all(within), "{numbers}");
        }
        let table = Table::parse("x,y\n1,0\n").expect("a table");
        assert!(Axis::of(&table, true).is_err());
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
