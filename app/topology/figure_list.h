// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QGridLayout>
#include <QLabel>
#include <QWidget>
#include <vector>

#include "app/theme/widgets.h"

namespace tenfold::app {

/// A name and its value, in a list of such.
struct Figure {
    QString name;
    QString value;
    const char* kind = "";  // colour of the value
    QString tip{};
};

/// Names on the left, values on the right. Shown anew four times a second: what has not changed is
/// not touched.
class FigureList : public QWidget {
    Q_OBJECT
public:
    explicit FigureList(QWidget* parent = nullptr);
    void show(const std::vector<Figure>& figures);
    /// "waiting: 3", for tests and readers.
    QStringList texts() const;

private:
    struct Row {
        ElidedLabel* name;
        QLabel* value;
    };
    QGridLayout* m_grid;
    std::vector<Row> m_rows;
};

/// How much of something is in use, as a thin bar.
class MeterBar : public QWidget {
    Q_OBJECT
public:
    explicit MeterBar(const ThemeSource& theme, QWidget* parent = nullptr);
    void show(double part);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const ThemeSource& m_theme;
    double m_part = 0;
};

}  // namespace tenfold::app
