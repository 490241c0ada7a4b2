// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <optional>
#include <string>
#include <vector>

#include "simulator/engine/engine.h"

namespace tenfold::app {

/// A box of the system diagram: one node, or several alike.
struct DiagramBox {
    QString title;                     // "API 3 to 8"
    QString detail;                    // "10 threads"
    std::vector<std::string> members;  // node ids; empty for the users
    int column = 0;
    double row = 0;  // −1, 0, 1: up and down from the middle
    std::optional<double> utilisation;
    double waiting = 0;
    int dead = 0;  // of the members
    bool isFailing = false;
    bool isPlanned = false;  // does not run yet: what the design will start
    bool hasRing = true;

    bool isDead() const { return !members.empty() && dead == static_cast<int>(members.size()); }
};

struct DiagramEdge {
    std::size_t from = 0;
    std::size_t to = 0;
    double hz = 0;
    bool isFailing = false;
};

/// What the diagram shows at one tick: the nodes that really run, and what flows between them.
struct DiagramModel {
    std::vector<DiagramBox> boxes;
    std::vector<DiagramEdge> edges;
    int columns = 4;
    double perDot = 1;  // requests that one dot stands for
};

/// `window` is the one all other figures are of; it may be empty: then nothing flows. While the
/// nodes come up the whole design is drawn, and which of them are there.
DiagramModel diagramOf(const engine::Topology& topology, const measure::Sample& window,
                       const scenario::Scenario& scenario, bool isStarting = false);

/// How many processes a run of this scenario starts, the load generator included.
int processesOf(const scenario::Scenario& scenario);

}  // namespace tenfold::app
