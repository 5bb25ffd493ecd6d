//! The lines of the charts, as paths of SVG. Every step has the same width, the newest is at the
//! right edge, and a step without a value is a gap. Deliberately absent: smoothing.

use std::fmt::Write as _;

use crate::http::watch::history::MAX_STEPS;

/// Height of a chart in its own units. Its width is two of them a step.
const HEIGHT: f64 = 100.0;
const STEP_WIDTH: usize = 2;

/// Space above a line at the scale's end, so that its whole width is seen.
const MARGIN: f64 = 2.0;

/// The times that the charts of times show, in seconds, each decade with the same height.
const SHORTEST_S: f64 = 0.000_001;
const DECADES: f64 = 7.0;

/// A round number that no value passes, at least one.
pub(crate) fn scale_end(values: &[f64]) -> f64 {
    let largest = values.iter().copied().fold(1.0, f64::max);
    let power = 10.0_f64.powf(largest.log10().floor());
    let end = [1.0, 2.0, 5.0, 10.0].into_iter().map(|digit| digit * power).find(|end| *end >= largest);
    end.unwrap_or(largest)
}

/// Where a value is, from the top, on a scale from nothing to `end`.
fn linear(value: f64, end: f64) -> f64 {
    HEIGHT - (HEIGHT - MARGIN) * (value / end).clamp(0.0, 1.0)
}

/// Where a time is on the scale of times.
fn logarithmic(seconds: f64) -> f64 {
    let share = (seconds / SHORTEST_S).log10() / DECADES;
    HEIGHT - (HEIGHT - MARGIN) * share.clamp(0.0, 1.0)
}

/// The left edge of a step of so many.
fn edge(steps: usize, place: usize) -> usize {
    (MAX_STEPS - steps.min(MAX_STEPS) + place) * STEP_WIDTH
}

/// The tops of values, and the same with the area below.
pub(crate) fn rates(values: &[f64], end: f64) -> (String, String) {
    let heights: Vec<Option<f64>> = values.iter().map(|value| Some(linear(*value, end))).collect();
    let line = line(&heights);
    let area =
        if line.is_empty() { String::new() } else { format!("{line}V{HEIGHT}H{}Z", edge(values.len(), 0)) };
    (line, area)
}

/// The line of times.
pub(crate) fn times(values: &[Option<f64>]) -> String {
    let heights: Vec<Option<f64>> = values.iter().map(|seconds| seconds.map(logarithmic)).collect();
    line(&heights)
}

fn line(heights: &[Option<f64>]) -> String {
    let mut path = String::new();
    let mut former = None;
    for (place, height) in heights.iter().enumerate() {
        let height = height.map(|height| format!("{height:.1}"));
        if let Some(height) = &height {
            let left = edge(heights.len(), place);
            let right = left + STEP_WIDTH;
            // A string takes everything.
            let _ = match &former {
                None => write!(path, "M{left} {height}H{right}"),
                Some(former) if former == height => write!(path, "H{right}"),
                Some(_) => write!(path, "V{height}H{right}"),
            };
        }
        former = height;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_at_round_numbers() {
        for (largest, end) in
            [(0.0, 1.0), (0.4, 1.0), (1.0, 1.0), (1.5, 2.0), (7.0, 10.0), (42.0, 50.0), (95_906.0, 100_000.0)]
        {
            assert!((scale_end(&[0.0, largest]) - end).abs() < 1e-6, "{largest}");
        }
    }

    #[test]
    fn the_newest_step_is_at_the_right_edge() {
        let (line, area) = rates(&[0.0, 10.0, 10.0], 10.0);
        assert_eq!(line, "M294 100.0H296V2.0H298H300");
        assert_eq!(area, "M294 100.0H296V2.0H298H300V100H294Z");
        let (whole, _) = rates(&[1.0; MAX_STEPS], 1.0);
        assert!(whole.starts_with("M0 2.0H2") && whole.ends_with("H300"), "{whole}");
        assert_eq!(rates(&[], 1.0), (String::new(), String::new()));
    }

    #[test]
    fn times_have_gaps_and_stay_within_the_chart() {
        assert_eq!(times(&[Some(10.0), None, Some(1e-9)]), "M294 2.0H296M298 100.0H300");
        assert_eq!(times(&[None, None]), "");
        assert_eq!(times(&[Some(60.0)]), "M298 2.0H300");
    }
}
