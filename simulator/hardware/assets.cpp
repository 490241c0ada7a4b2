// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/hardware/assets.h"

#include <cstdlib>

namespace tenfold::hardware {

namespace fs = std::filesystem;

fs::path assetsDir() {
    if (const char* set = std::getenv("TENFOLD_ASSETS")) return set;
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error).parent_path();
    for (const char* relative : {"../../../assets", "../share/tenfold/assets"}) {
        const fs::path candidate = (program / relative).lexically_normal();
        if (fs::exists(candidate / "hardware", error)) return candidate;
    }
    return TENFOLD_SOURCE_ASSETS;
}

fs::path userCacheDir() {
    const char* xdg = std::getenv("XDG_CACHE_HOME");
    if (xdg && *xdg) return fs::path(xdg) / "tenfold";
    const char* home = std::getenv("HOME");
    if (home && *home) return fs::path(home) / ".cache" / "tenfold";
    return fs::temp_directory_path() / "tenfold";
}

}  // namespace tenfold::hardware
