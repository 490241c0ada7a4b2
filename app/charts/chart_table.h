// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "app/charts/chart_view.h"

namespace tenfold::app {

/// The data of a chart as it stands now, as a table: for whoever cannot see the picture, or wants
/// the numbers.
class ChartTable : public QDialog {
    Q_OBJECT
public:
    ChartTable(const QString& title, const ChartView& chart, QWidget* parent);
};

/// The same for a clipboard: a line for each second, tabs between.
QString tableText(const QString& title, const ChartView& chart);

}  // namespace tenfold::app
