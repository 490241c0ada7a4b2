// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace tenfold::supervisor::real {

/// The user a real component runs as: PostgreSQL and PgBouncer refuse to be root, and the others
/// need not be.
struct Owner {
    uid_t uid = 0;
    gid_t gid = 0;
    bool isOther = false;  // not the user this process runs as
};

/// Whoever runs this; for root the user that the component's package made. Throws
/// std::runtime_error when there is none.
Owner ownerOf(const std::string& component);

/// A folder for this owner and nobody else. Throws std::runtime_error.
void makeFolder(const std::filesystem::path& folder, const Owner& owner);

/// Writes a file of this owner that nobody else reads. Throws std::runtime_error.
void writeFile(const std::filesystem::path& file, const std::string& text, const Owner& owner);

/// Copies a folder with all that is in it; the copy is the owner's. Throws std::runtime_error.
void copyTree(const std::filesystem::path& from, const std::filesystem::path& to,
              const Owner& owner);

}  // namespace tenfold::supervisor::real
