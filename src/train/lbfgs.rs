//! Limited-memory BFGS for smooth convex functions.

/// Pairs of steps and gradient changes kept.
const MEMORY: usize = 6;
/// Share of the promised decrease a step must bring.
const ARMIJO: f64 = 1e-4;
/// Halvings of a step before the search ends.
const HALVINGS: usize = 30;
/// Sums of a product side by side.
const LANES: usize = 8;

/// When to stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stop {
    /// Once no part of the gradient is larger.
    pub(crate) gradient: f64,
    /// After so many steps.
    pub(crate) steps: usize,
}

/// Walks from `start` to where the gradient vanishes. `of` gives value and gradient at a point. Deterministic.
///
/// # Source
/// Nocedal and Wright, *Numerical Optimization* (2006), algorithms 7.4 (two loops) and 3.1 (backtracking). A step whose
/// curvature is not positive is left out of the memory.
pub(crate) fn minimise(start: Vec<f64>, stop: Stop, of: impl Fn(&[f64]) -> (f64, Vec<f64>)) -> Vec<f64> {
    let mut point = start;
    let (mut value, mut gradient) = of(&point);
    let mut memory: Vec<Pair> = Vec::new();
    for _ in 0..stop.steps {
        if gradient.iter().all(|part| part.abs() <= stop.gradient) {
            break;
        }
        let direction = downhill(&gradient, &memory);
        let Some((next, next_value, next_gradient)) =
            search(&point, value, &gradient, &direction, memory.is_empty(), &of)
        else {
            break;
        };
        remember(&mut memory, difference(&next, &point), difference(&next_gradient, &gradient));
        (point, value, gradient) = (next, next_value, next_gradient);
    }
    point
}

/// In single precision: reading these again and again is what a step takes its time for.
struct Pair {
    step: Vec<f32>,
    change: Vec<f32>,
    /// One over their product.
    rho: f64,
}

/// The two loops: the gradient through the inverse curvature that the memory describes, negated.
fn downhill(gradient: &[f64], memory: &[Pair]) -> Vec<f64> {
    let mut direction: Vec<f64> = gradient.iter().map(|part| -part).collect();
    let mut alphas = Vec::with_capacity(memory.len());
    for pair in memory.iter().rev() {
        let alpha = pair.rho * dot(&pair.step, &direction);
        add(&mut direction, -alpha, &pair.change);
        alphas.push(alpha);
    }
    if let Some(last) = memory.last() {
        let scale = 1.0 / (last.rho * dot(&last.change, &last.change));
        direction.iter_mut().for_each(|part| *part *= scale);
    }
    for (pair, alpha) in memory.iter().zip(alphas.into_iter().rev()) {
        let beta = pair.rho * dot(&pair.change, &direction);
        add(&mut direction, alpha - beta, &pair.step);
    }
    direction
}

/// The first of ever shorter steps that brings enough; `None` where none does, which is the end within rounding.
fn search(
    point: &[f64],
    value: f64,
    gradient: &[f64],
    direction: &[f64],
    is_first: bool,
    of: &impl Fn(&[f64]) -> (f64, Vec<f64>),
) -> Option<(Vec<f64>, f64, Vec<f64>)> {
    let slope = dot(gradient, direction);
    // Nothing is known of the curvature yet: go one unit, not one gradient.
    let mut length = if is_first { 1.0 / dot(gradient, gradient).sqrt().max(1.0) } else { 1.0 };
    for _ in 0..HALVINGS {
        let mut next = point.to_vec();
        add(&mut next, length, direction);
        let (next_value, next_gradient) = of(&next);
        if next_value <= value + ARMIJO * length * slope {
            return Some((next, next_value, next_gradient));
        }
        length /= 2.0;
    }
    None
}

fn remember(memory: &mut Vec<Pair>, step: Vec<f32>, change: Vec<f32>) {
    let product = dot(&step, &change);
    if product <= f64::EPSILON * dot(&change, &change) || !product.is_finite() {
        return;
    }
    if memory.len() == MEMORY {
        memory.remove(0);
    }
    memory.push(Pair { step, change, rho: 1.0 / product });
}

/// In eight sums side by side, which the compiler makes one instruction of; always in the same order.
fn dot<A: Into<f64> + Copy, B: Into<f64> + Copy>(a: &[A], b: &[B]) -> f64 {
    let (a_parts, b_parts) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest = a_parts.remainder().iter().zip(b_parts.remainder()).map(|(&a, &b)| a.into() * b.into()).sum::<f64>();
    let mut sums = [0.0_f64; LANES];
    for (a, b) in a_parts.zip(b_parts) {
        sums.iter_mut().zip(a).zip(b).for_each(|((sum, &a), &b)| *sum += a.into() * b.into());
    }
    sums.iter().sum::<f64>() + rest
}

fn add<W: Into<f64> + Copy>(to: &mut [f64], factor: f64, what: &[W]) {
    to.iter_mut().zip(what).for_each(|(to, &what)| *to += factor * what.into());
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| (a - b) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STOP: Stop = Stop { gradient: 1e-9, steps: 500 };

    #[test]
    fn a_stretched_bowl_is_found() {
        let of = |x: &[f64]| {
            let scale = |at: usize| 10_f64.powi(at as i32);
            let value = x.iter().enumerate().map(|(at, x)| scale(at) * (x - 1.0).powi(2)).sum();
            (value, x.iter().enumerate().map(|(at, x)| 2.0 * scale(at) * (x - 1.0)).collect())
        };
        let found = minimise(vec![0.0; 5], STOP, of);
        assert!(found.iter().all(|x| (x - 1.0).abs() < 1e-6), "{found:?}");
    }

    #[test]
    fn the_start_stays_where_it_is_the_end() {
        assert_eq!(minimise(vec![3.0], STOP, |x| ((x[0] - 3.0).powi(2), vec![2.0 * (x[0] - 3.0)])), [3.0]);
    }

    #[test]
    fn a_log_loss_without_curvature_far_out_is_found() {
        // ln(1 + e^-x) + 0.01 x^2 has its minimum where 1 / (1 + e^x) = 0.02 x.
        let of = |x: &[f64]| {
            let share = 1.0 / (1.0 + x[0].exp());
            ((1.0 + (-x[0]).exp()).ln() + 0.01 * x[0] * x[0], vec![0.02 * x[0] - share])
        };
        let x = minimise(vec![-40.0], STOP, of)[0];
        assert!((1.0 / (1.0 + x.exp()) - 0.02 * x).abs() < 1e-8, "{x}");
    }
}
