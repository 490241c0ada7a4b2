// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace tenfold::store {

/// Where this user's data that cannot be made again is kept: $TENFOLD_DATA, or
/// $XDG_DATA_HOME/tenfold, or ~/.local/share/tenfold. It may be missing.
std::filesystem::path dataFolder();

}  // namespace tenfold::store
