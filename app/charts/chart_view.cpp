// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/charts/chart_view.h"

#include <QResizeEvent>

#include "app/charts/chart_canvas.h"

namespace tenfold::app {

ChartView::ChartView(const ThemeSource& theme, QWidget* parent)
    : QWidget(parent), m_canvas(std::make_unique<ChartCanvas>(theme, *this)) {
    m_canvas->setParent(this);
    setFocusProxy(m_canvas.get());
    setMinimumSize(120, 70);
}

ChartView::~ChartView() = default;

void ChartView::setSeries(std::vector<LineStyle> lines, std::vector<AreaStyle> areas) {
    m_canvas->setSeries(std::move(lines), std::move(areas));
}
void ChartView::setLineLabels(const QStringList& labels) {
    m_canvas->setLineLabels(labels);
}
void ChartView::setScale(const ChartScale& scale) {
    m_canvas->setScale(scale);
}
void ChartView::setReference(double y, const QString& text) {
    m_canvas->setReference(y, text);
}
void ChartView::showData(ChartData data) {
    m_canvas->showData(std::move(data));
}
const ChartData& ChartView::data() const {
    return m_canvas->data();
}
const std::vector<LineStyle>& ChartView::lines() const {
    return m_canvas->lines();
}
const std::vector<AreaStyle>& ChartView::areas() const {
    return m_canvas->areas();
}
void ChartView::setCursor(std::optional<double> x, bool hasTable) {
    m_canvas->setCursorAt(x, hasTable);
}
void ChartView::highlightFlag(int number) {
    m_canvas->highlightFlag(number);
}
int ChartView::mostReplacesOfASeries() const {
    return m_canvas->mostReplaces();
}
int ChartView::pointsShown() const {
    return m_canvas->pointsShown();
}
int ChartView::segmentsOfLine(std::size_t line) const {
    return m_canvas->segmentsOf(line);
}

int ChartView::ghostPoints() const {
    return m_canvas->ghostPoints();
}
std::size_t ChartView::twinDashes() const {
    return m_canvas->twinDashes();
}
bool ChartView::isTwinBehindLines() const {
    return m_canvas->isTwinBehindLines();
}
std::optional<double> ChartView::cursor() const {
    return m_canvas->cursor();
}

void ChartView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    m_canvas->setGeometry(rect());
    m_canvas->layOut();
}

}  // namespace tenfold::app
