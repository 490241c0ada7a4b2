// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <string>
#include <vector>

#include "simulator/measure/slow_request.h"

namespace tenfold::app {

/// One line of a waterfall: a statement with all its repetitions, or a stage that is none.
struct WaterfallRow {
    struct Bar {
        measure::Stage stage;
        double startMs;
        double ms;
    };
    QString label;                    // "orders.count"
    std::vector<std::string> shapes;  // of a statement; empty: a stage, or statements not kept
    std::string node;                 // that was asked; empty: a stage
    measure::Stage stage = measure::Stage::edge;  // of a stage
    std::uint64_t times = 0;                      // round trips
    std::uint64_t statements = 0;
    std::uint64_t rows = 0;
    std::uint64_t scanned = 0;
    double ms = 0;
    std::vector<Bar> bars;

    bool isStage() const { return node.empty(); }
};

/// In order of their beginnings. What is alike shares a row, so forty-one statements are three.
std::vector<WaterfallRow> waterfallRows(const measure::RequestLog& log);
/// The one that took longest; 0 when there are none.
std::size_t longestRow(const std::vector<WaterfallRow>& rows);

}  // namespace tenfold::app
