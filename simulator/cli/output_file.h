// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace tenfold::cli {

/// Why nothing could be written to this file; empty when it can. Leaves nothing behind: asked
/// before a run, so that nobody waits half a minute to be told.
std::string whyNotWritable(const std::string& path);

/// Writes it beside the target and renames it, so that a full disk leaves no half file. A target
/// that is no regular file (/dev/stdout, a pipe) is written to directly. Returns why it could not
/// be written; empty when it was.
std::string writeFile(const std::string& path, const std::string& text);

}  // namespace tenfold::cli
