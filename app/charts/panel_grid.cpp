// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/charts/panel_grid.h"

#include <QClipboard>
#include <QGridLayout>
#include <QGuiApplication>
#include <QMimeData>

#include "app/charts/chart_table.h"
#include "app/charts/endpoint_words.h"
#include "app/theme/widgets.h"
#include "app/theme/words.h"
#include "simulator/load/endpoints.h"

namespace tenfold::app {

PanelGrid::PanelGrid(RunModel& run, const ThemeSource& theme, QWidget* parent)
    : QWidget(parent), m_run(run), m_theme(theme) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(10);
    for (const int i : {0, 1}) {
        grid->setColumnStretch(i, 1);
        grid->setRowStretch(i, 1);
    }
    add(makeLatencyPanel(), 0, 0);
    add(makeThroughputPanel(), 0, 1);
    add(makeStatementsPanel(), 1, 0);
    add(makeWaitsPanel(), 1, 1);
    connect(&m_run, &RunModel::ticked, this, &PanelGrid::refresh);
    connect(&m_run, &RunModel::restarted, this, &PanelGrid::refresh);
    connect(&m_run, &RunModel::phaseChanged, this, &PanelGrid::refresh);
    connect(&m_run, &RunModel::eventAdded, this, &PanelGrid::refresh);
    connect(&m_run, &RunModel::engineChanged, this, &PanelGrid::refresh);
    refresh();
}

void PanelGrid::add(std::unique_ptr<Panel> panel, int row, int column) {
    auto* card = makeFrame("card", this);
    auto* layout = new QVBoxLayout(card);
    layout->setContentsMargins(13, 9, 8, 6);
    layout->setSpacing(4);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(0, 0, 2, 0);
    head->setSpacing(4);
    auto* title = new ElidedLabel(panel->title());
    title->setFont(fontFor(TextRole::title));
    head->addWidget(title, 1);
    auto* choice = new EndpointChoice;
    head->addWidget(choice);
    auto* badge = makeLabel({}, TextRole::tiny, "badge");
    head->addWidget(badge);
    layout->addLayout(head);
    auto* chart = new ChartView(m_theme, card);
    chart->setSeries(panel->lines(), panel->areas());
    chart->setAccessibleName(panel->title());
    layout->addWidget(chart, 1);
    static_cast<QGridLayout*>(this->layout())->addWidget(card, row, column);

    connect(chart, &ChartView::cursorMoved, this,
            [this](std::optional<double> x) { moveCursor(x); });
    connect(chart, &ChartView::flagHovered, this, &PanelGrid::flagHovered);
    connect(chart, &ChartView::flagChosen, this, &PanelGrid::flagChosen);
    const std::size_t index = m_cells.size();
    connect(choice, &EndpointChoice::chosen, this, [this, index](View view) {
        choose(index, view);
        Q_EMIT viewsChanged();
    });
    connect(choice, &EndpointChoice::togetherChosen, this, [this, index](bool isTogether) {
        m_isTogether = isTogether;
        choose(index, m_cells[index].view);
        Q_EMIT viewsChanged();
    });
    connect(chart, &ChartView::tableWanted, this, [this, chart, index] {
        auto* table = new ChartTable(titleOf(m_cells[index]), *chart, window());
        table->setAttribute(Qt::WA_DeleteOnClose);
        table->open();
    });
    m_cells.push_back({std::move(panel), chart, badge, choice});
}

QString PanelGrid::titleOf(const Cell& cell) {
    return cell.view ? cell.panel->title() + ": " + endpointTitle(*cell.view) : cell.panel->title();
}

void PanelGrid::choose(std::size_t panel, View view) {
    for (std::size_t i = 0; i < m_cells.size(); ++i) {
        if (m_isTogether || i == panel) m_cells[i].view = view;
        m_cells[i].choice->show(m_cells[i].view, m_isTogether);
    }
    refresh();
}

PanelGrid::Views PanelGrid::views() const {
    Views views;
    views.isTogether = m_isTogether;
    for (const auto& cell : m_cells)
        views.endpoints << (cell.view ? QString::fromStdString(
                                            std::string(load::endpoints()[*cell.view].id))
                                      : QString());
    return views;
}

void PanelGrid::showViews(const Views& views) {
    m_isTogether = views.isTogether;
    for (std::size_t i = 0; i < m_cells.size(); ++i) {
        // One that is not known any more is everything.
        m_cells[i].view =
            load::endpointIndex(views.endpoints.value(static_cast<qsizetype>(i)).toStdString());
        m_cells[i].choice->show(m_cells[i].view, m_isTogether);
    }
    refresh();
}

std::vector<ChartView*> PanelGrid::charts() const {
    std::vector<ChartView*> out;
    for (const auto& cell : m_cells) out.push_back(cell.chart);
    return out;
}

bool PanelGrid::copyFocused() const {
    for (const auto& cell : m_cells) {
        if (!cell.chart->focusProxy()->hasFocus()) continue;
        auto* mime = new QMimeData;
        mime->setImageData(cell.chart->parentWidget()->grab().toImage());
        mime->setText(tableText(titleOf(cell), *cell.chart));
        QGuiApplication::clipboard()->setMimeData(mime);
        return true;
    }
    return false;
}

void PanelGrid::highlightFlag(int number) {
    for (const auto& cell : m_cells) cell.chart->highlightFlag(number);
}

void PanelGrid::moveCursor(std::optional<double> x) {
    for (const auto& cell : m_cells) cell.chart->setCursor(x, true);
}

void PanelGrid::refresh() {
    const auto gaps = gapsOf(m_run.history());
    const auto flags = flagsOf(m_run.history());
    const auto& scenario = m_run.scenario();
    const bool isSpoken = m_ticks++ % kSlotsPerSecond == 0;
    for (const auto& cell : m_cells) {
        ChartData shown = cell.panel->data(m_run, cell.view);
        shown.gaps = gaps;
        shown.flags = flags;
        const bool isMeasured = !cell.panel->isTime() || m_run.isNative();
        const bool isSimulated = m_run.isSimulated();
        setTextIfNew(cell.badge, isSimulated  ? tr("SIMULATED")
                                 : isMeasured ? tr("MEASURED")
                                              : tr("EMULATED"));
        cell.badge->setToolTip(
            isSimulated  ? tr("From the twin: no request was sent.")
            : isMeasured ? tr("Counted from real requests to the real server in this run.")
                         : tr("Real requests; their times are those of the emulated hardware."));
        cell.chart->setLineLabels(cell.panel->lineLabels(cell.view));
        cell.chart->setScale(cell.panel->scaleFor(m_run, shown, cell.view));
        if (const auto y = cell.panel->reference(scenario))
            cell.chart->setReference(*y, tr("objective %1").arg(milliseconds(*y)));
        if (m_run.history().empty() && m_run.phase() == engine::Phase::idle)
            shown.note = tr("No traffic yet");
        if (isSpoken) cell.chart->setAccessibleDescription(cell.panel->summary(shown, cell.view));
        cell.chart->showData(std::move(shown));
    }
}

}  // namespace tenfold::app
