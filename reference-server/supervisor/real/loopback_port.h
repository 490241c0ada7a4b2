// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace tenfold::supervisor::real {

/// A port of 127.0.0.1 that the kernel has just given and taken back: for programs that must be
/// told theirs. Somebody else may be given it in between, so whoever uses it tries again then.
/// Throws std::runtime_error when there is none.
int freeLoopbackPort();

}  // namespace tenfold::supervisor::real
