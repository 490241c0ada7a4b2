// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "simulator/scenario/catalogue.h"

namespace tenfold::mechanisms {

/// Every mechanism that is built, in the order of the panel: read only, made once.
const scenario::Catalogue& catalogue();

}  // namespace tenfold::mechanisms
