// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

namespace tenfold::hardware {

/// Where the shipped data files are: $TENFOLD_ASSETS, or `assets` above the running program's build
/// folder, or the installed share/tenfold/assets, or the source tree this was built from.
std::filesystem::path assetsDir();

/// Where data of this user is kept that can be made again: $XDG_CACHE_HOME/tenfold or
/// ~/.cache/tenfold. It may be missing.
std::filesystem::path userCacheDir();

}  // namespace tenfold::hardware
