// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "app/run/history.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::app {

/// "order list": what people call an endpoint, by its index into load::endpoints().
QString endpointTitle(std::size_t endpoint);
/// "GET /v1/orders".
QString endpointLine(std::size_t endpoint);
/// What a workload asks of a view at its peak, in requests a second.
double askedHz(const scenario::Workload& workload, View view);

}  // namespace tenfold::app
