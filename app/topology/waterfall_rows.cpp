// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/topology/waterfall_rows.h"

#include <QObject>
#include <algorithm>

namespace tenfold::app {

using measure::Question;
using measure::Span;

namespace {

/// A transaction is called by what it does.
QString labelOf(const Question& q) {
    if (q.shapes.empty()) return QObject::tr("later statements");
    const auto isFrame = [](const std::string& s) { return s == "begin" || s == "commit"; };
    const auto first = std::find_if_not(q.shapes.begin(), q.shapes.end(), isFrame);
    const QString name =
        QString::fromStdString(first == q.shapes.end() ? q.shapes.front() : *first);
    return q.statements > 1 ? QObject::tr("%1 + %2").arg(name).arg(q.statements - 1) : name;
}

bool isIn(const WaterfallRow& row, const Span& span, const std::vector<Question>& questions) {
    if (span.question < 0) return row.isStage() && row.stage == span.stage;
    const auto& q = questions[static_cast<std::size_t>(span.question)];
    return row.node == q.node && row.shapes == q.shapes;
}

WaterfallRow rowFor(const Span& span, const std::vector<Question>& questions) {
    WaterfallRow row;
    row.stage = span.stage;
    if (span.question < 0) {
        const auto title = measure::titleOf(span.stage);
        row.label = QString::fromUtf8(title.data(), static_cast<int>(title.size()));
        return row;
    }
    const auto& q = questions[static_cast<std::size_t>(span.question)];
    row.label = labelOf(q);
    row.shapes = q.shapes;
    row.node = q.node;
    return row;
}

}  // namespace

std::vector<WaterfallRow> waterfallRows(const measure::RequestLog& log) {
    std::vector<WaterfallRow> rows;
    const auto& questions = log.questions();
    double at = 0;
    int counted = -1;  // questions come in order
    for (const auto& span : log.spans()) {
        auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const auto& r) { return isIn(r, span, questions); });
        if (row == rows.end()) row = rows.insert(rows.end(), rowFor(span, questions));
        if (span.question > counted) {
            counted = span.question;
            const auto& q = questions[static_cast<std::size_t>(counted)];
            row->times += q.shapes.empty() ? q.statements : 1;
            row->statements += q.statements;
            row->rows += q.rows;
            row->scanned += q.fullScanSteps;
        }
        row->bars.push_back({span.stage, at, span.ms});
        row->ms += span.ms;
        at += span.ms;
    }
    return rows;
}

std::size_t longestRow(const std::vector<WaterfallRow>& rows) {
    const auto longest = std::max_element(rows.begin(), rows.end(),
                                          [](const auto& a, const auto& b) { return a.ms < b.ms; });
    return static_cast<std::size_t>(longest - rows.begin());
}

}  // namespace tenfold::app
