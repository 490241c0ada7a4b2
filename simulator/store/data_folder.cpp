// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/store/data_folder.h"

#include <cstdlib>

namespace tenfold::store {

namespace fs = std::filesystem;

fs::path dataFolder() {
    const auto set = [](const char* name) -> const char* {
        const char* value = std::getenv(name);
        return value && *value ? value : nullptr;
    };
    if (const char* own = set("TENFOLD_DATA")) return own;
    if (const char* xdg = set("XDG_DATA_HOME")) return fs::path(xdg) / "tenfold";
    if (const char* home = set("HOME")) return fs::path(home) / ".local" / "share" / "tenfold";
    return fs::temp_directory_path() / "tenfold";
}

}  // namespace tenfold::store
