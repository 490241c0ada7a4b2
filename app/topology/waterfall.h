// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "app/theme/theme.h"
#include "app/topology/waterfall_rows.h"

namespace tenfold::app {

/// The time of one request from left to right, a row for each thing it did. A row can be chosen,
/// with the mouse or with the arrow keys.
class Waterfall : public QWidget {
    Q_OBJECT
public:
    Waterfall(const ThemeSource& theme, QWidget* parent = nullptr);

    void show(std::vector<WaterfallRow> rows);
    const std::vector<WaterfallRow>& rows() const { return m_rows; }
    std::size_t chosen() const { return m_chosen; }
    void choose(std::size_t row);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void rowChosen(std::size_t row);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    int rowHeight() const;
    void paintRow(QPainter& p, std::size_t row, const QRectF& plot) const;
    void paintAxis(QPainter& p, const QRectF& plot) const;

    const ThemeSource& m_theme;
    std::vector<WaterfallRow> m_rows;
    double m_totalMs = 0;
    std::size_t m_chosen = 0;
};

}  // namespace tenfold::app
