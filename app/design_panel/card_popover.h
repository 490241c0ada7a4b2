// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <filesystem>

#include "app/theme/theme.h"
#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::app {

/// The page about a mechanism; empty when it has none.
std::filesystem::path cardFileOf(const std::string& mechanism);
/// Opens it below the anchor.
void openCard(const scenario::MechanismSpec& spec, const Theme& theme, QWidget* anchor,
              QWidget* owner);

}  // namespace tenfold::app
