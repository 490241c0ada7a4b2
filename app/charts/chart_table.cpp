// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/charts/chart_table.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QTableWidget>
#include <QVBoxLayout>

#include "app/theme/widgets.h"
#include "app/theme/words.h"

namespace tenfold::app {

namespace {

/// The heads, then a row for each point, newest first: it is what one came for.
std::vector<QStringList> rowsOf(const ChartView& chart) {
    const ChartData& shown = chart.data();
    const bool hasSamples = shown.samples.size() == shown.x.size();
    QStringList heads{QObject::tr("seconds ago")};
    const auto addHeads = [&heads](const auto& styles) {
        for (const auto& style : styles)
            if (!style.label.isEmpty()) heads << style.label;
    };
    addHeads(chart.lines());
    addHeads(chart.areas());
    if (hasSamples) heads << "n";
    std::vector<QStringList> rows{heads};
    for (std::size_t k = shown.x.size(); k-- > 0;) {
        QStringList row{QString::number(-shown.x[k], 'f', 0)};
        const auto add = [&](const auto& styles, const auto& values) {
            for (std::size_t i = 0; i < styles.size(); ++i) {
                if (styles[i].label.isEmpty()) continue;
                const double v = i < values.size() ? values[i][k] : kNoData;
                row << (!std::isfinite(v)  ? QObject::tr("no data")
                        : styles[i].format ? styles[i].format(v)
                                           : compact(v));
            }
        };
        add(chart.lines(), shown.lines);
        add(chart.areas(), shown.areas);
        if (hasSamples) row << count(static_cast<double>(shown.samples[k]));
        rows.push_back(row);
    }
    return rows;
}

}  // namespace

QString tableText(const QString& title, const ChartView& chart) {
    QString text = title + "\n";
    for (const auto& row : rowsOf(chart)) text += row.join('\t') + "\n";
    return text;
}

ChartTable::ChartTable(const QString& title, const ChartView& chart, QWidget* parent)
    : QDialog(parent) {
    setWindowTitle(title);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 14);
    layout->addWidget(makeLabel(title, TextRole::title));
    const auto rows = rowsOf(chart);
    auto* table =
        new QTableWidget(static_cast<int>(rows.size()) - 1, static_cast<int>(rows.front().size()));
    table->setHorizontalHeaderLabels(rows.front());
    table->verticalHeader()->hide();
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    table->setAccessibleName(title);
    for (std::size_t r = 1; r < rows.size(); ++r)
        for (qsizetype c = 0; c < rows[r].size(); ++c) {
            auto* item = new QTableWidgetItem(rows[r][c]);
            item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
            table->setItem(static_cast<int>(r) - 1, static_cast<int>(c), item);
        }
    layout->addWidget(table, 1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addWidget(buttons);
    resize(charsWide(90), charsWide(70));
}

}  // namespace tenfold::app
