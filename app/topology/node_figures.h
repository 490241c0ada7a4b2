// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/topology/figure_list.h"
#include "simulator/measure/sample.h"
#include "simulator/scenario/catalogue.h"
#include "simulator/scenario/scenario.h"

namespace tenfold::app {

/// What is in use at a node, what waits there, and whom it turned away.
struct NodeQueue {
    std::vector<Figure> figures;
    std::optional<double> used;  // part of what there is
};
NodeQueue queueOf(const measure::NodeSample& node);

/// Its other counters, over the window of the figures.
std::vector<Figure> countersOf(const measure::NodeSample& node);

/// The switches that act at a node of this role, as they stand.
std::vector<Figure> switchesOf(const std::string& role, const scenario::Scenario& scenario,
                               const scenario::Catalogue& catalogue);
/// The machine it runs on; empty when nothing of it is emulated.
std::vector<Figure> machineOf(const std::string& role, const scenario::Scenario& scenario);

}  // namespace tenfold::app
