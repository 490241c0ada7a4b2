// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>
#include <memory>
#include <optional>

#include "app/charts/chart_data.h"
#include "app/charts/pattern.h"
#include "app/theme/theme.h"

namespace tenfold::app {

class ChartCanvas;

/// How a line looks; its label stands at its end, there is no legend.
struct LineStyle {
    QString label;
    QColor Theme::*colour;
    double width = 2;
    QString (*format)(double) = nullptr;  // for the cursor's table
};

struct AreaStyle {
    QString label;
    QColor Theme::*colour;
    FillPattern pattern = FillPattern::plain;
    QString (*format)(double) = nullptr;
};

/// A time chart: lines and stacked areas over the last 120 s, with flags, gaps and a cursor.
///
/// The only way to Qt Charts in this program. It knows the traps of that module (screens 4.2): one
/// replace() a series a tick, no animation, no OpenGL, fixed axes, no value a logarithmic axis
/// cannot show, nothing that is not finite, mouse and wheel handled here.
class ChartView : public QWidget {
    Q_OBJECT
public:
    explicit ChartView(const ThemeSource& theme, QWidget* parent = nullptr);
    ~ChartView() override;

    /// Styles first, once; lines are drawn over areas.
    void setSeries(std::vector<LineStyle> lines, std::vector<AreaStyle> areas);
    void setScale(const ChartScale& scale);
    /// Other names for the lines; one without a name has no data and stands in no table.
    void setLineLabels(const QStringList& labels);
    /// A dashed line across: the objective.
    void setReference(double y, const QString& text);

    void showData(ChartData data);
    const ChartData& data() const;
    const std::vector<LineStyle>& lines() const;
    const std::vector<AreaStyle>& areas() const;

    /// The shared cursor, in seconds before now; nothing hides it.
    void setCursor(std::optional<double> x, bool hasTable);
    void highlightFlag(int number);

    /// For tests: how often replace() was called on the series in the last showData, at most once
    /// each; and the points that were handed over.
    int mostReplacesOfASeries() const;
    int pointsShown() const;
    int segmentsOfLine(std::size_t line) const;
    int ghostPoints() const;
    std::size_t twinDashes() const;
    bool isTwinBehindLines() const;
    std::optional<double> cursor() const;

Q_SIGNALS:
    void cursorMoved(std::optional<double> x);
    void flagHovered(int number);
    void flagChosen(int number);
    void tableWanted();

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    friend class ChartCanvas;
    std::unique_ptr<ChartCanvas> m_canvas;
};

}  // namespace tenfold::app
