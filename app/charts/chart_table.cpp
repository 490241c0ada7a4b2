// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/charts/chart_table.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QTableWidget>
#include <QVBoxLayout>

#include "app/theme/widgets.h"
#include "app/theme/words.h"

namespace tenfold::app {

ChartTable::ChartTable(const QString& title, const ChartView& chart, QWidget* parent)
    : QDialog(parent) {
    setWindowTitle(title);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 14, 16, 14);
    layout->addWidget(makeLabel(title, TextRole::title));
    const ChartData& shown = chart.data();
    QStringList heads{tr("seconds ago")};
    for (const auto& style : chart.lines()) heads << style.label;
    for (const auto& style : chart.areas()) heads << style.label;
    auto* table =
        new QTableWidget(static_cast<int>(shown.x.size()), static_cast<int>(heads.size()));
    table->setHorizontalHeaderLabels(heads);
    table->verticalHeader()->hide();
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    table->setAccessibleName(title);
    const auto put = [&](int row, int column, const QString& text) {
        auto* item = new QTableWidgetItem(text);
        item->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        table->setItem(row, column, item);
    };
    for (std::size_t k = 0; k < shown.x.size(); ++k) {
        // Newest first: it is what one came for.
        const int row = static_cast<int>(shown.x.size() - 1 - k);
        int column = 0;
        put(row, column++, QString::number(-shown.x[k], 'f', 0));
        const auto add = [&](const auto& styles, const auto& values) {
            for (std::size_t i = 0; i < styles.size(); ++i) {
                const double v = i < values.size() ? values[i][k] : kNoData;
                put(row, column++,
                    !std::isfinite(v)  ? tr("no data")
                    : styles[i].format ? styles[i].format(v)
                                       : compact(v));
            }
        };
        add(chart.lines(), shown.lines);
        add(chart.areas(), shown.areas);
    }
    layout->addWidget(table, 1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    layout->addWidget(buttons);
    resize(charsWide(90), charsWide(70));
}

}  // namespace tenfold::app
