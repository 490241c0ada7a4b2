// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tenfold::measure {

/// P(T ≤ t) of Student's t with this many degrees of freedom (> 0), to about 1e-14.
///
/// By the incomplete beta function (Abramowitz & Stegun 26.7.1) and its continued fraction
/// (26.5.8).
double studentCdf(double t, double degreesOfFreedom);

/// The t with P(T ≤ t) = p, 0 < p < 1; infinite at 0 and 1. Relative error below 1e-12.
double studentQuantile(double p, double degreesOfFreedom);

}  // namespace tenfold::measure
