// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string>

#include "reference-server/api/context.h"

namespace tenfold::mechanisms {

/// An answer from the shared cache, or computed and put there for the time to live.
///
/// What is done against stampedes (`stampede`, its words in the spec): jitter on the time to live;
/// XFetch, which recomputes early by chance; or single flight. With single flight one request
/// recomputes an expired answer: it takes a lock in the cache (SET NX PX), so that holds across
/// instances and inside them; the others look again until the answer is there. Whoever holds the
/// lock for two seconds has lost it to the next. A cache that cannot be reached has no locks:
/// everybody computes, as without one.
///
/// `mark`: the key under which events tell that it has changed (product_changes.h); the answer
/// begins with its version then. Both are asked for in one command. Empty: it lives out its time.
std::string cachedAnswer(api::Context& context, const std::string& key,
                         const std::function<std::string()>& compute, const std::string& mark);

}  // namespace tenfold::mechanisms
