// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "reference-server/api/context.h"

namespace tenfold::mechanisms {

/// An answer from this instance's own memory, or asked for elsewhere and kept there. Many requests
/// of one instance may ask elsewhere at once: bringing them together is the shared cache's work.
std::string localAnswer(api::Context& context, const std::string& key,
                        const std::function<std::string()>& elsewhere);

}  // namespace tenfold::mechanisms
