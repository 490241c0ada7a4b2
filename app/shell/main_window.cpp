// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/shell/main_window.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QMenu>
#include <QPainter>
#include <QVBoxLayout>
#include <algorithm>

#include "app/checklist/checklist_dialog.h"
#include "app/shell/help_dialog.h"
#include "app/theme/style.h"
#include "app/topology/node_popover.h"

namespace tenfold::app {

MainWindow::MainWindow(RunModel& run, ThemeSource& theme, Preferences preferences,
                       const std::filesystem::path& ledger)
    : m_run(run), m_theme(theme), m_preferences(std::move(preferences)) {
    setWindowTitle("Tenfold");
    setWindowIcon(QIcon(":/icons/tenfold.svg"));
    m_files = new ScenarioFiles(run, this);
    bindShortcuts();

    auto* root = new QWidget;
    auto* layout = new QVBoxLayout(root);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    m_header = new HeaderBar(m_run, m_theme, makeMenu());
    m_predictions = new Predictions(m_run, this);
    m_ledger = new FlipLedger(m_run, *m_predictions, ledger, this);
    m_verdict = new VerdictStrip(m_run, *m_predictions, m_theme);
    layout->addWidget(m_header);
    layout->addWidget(m_verdict);
    auto* columns = new QHBoxLayout;
    columns->setContentsMargins(10, 10, 10, 10);
    columns->setSpacing(10);
    m_design = new DesignPanel(m_run, *m_predictions, m_theme);
    columns->addWidget(m_design);
    columns->addWidget(makeCentre(), 1);
    m_side = new SideColumn(m_run, *m_predictions, *m_ledger);
    columns->addWidget(m_side);
    layout->addLayout(columns, 1);
    m_status = new StatusLine(m_run);
    layout->addWidget(m_status);
    setCentralWidget(root);
    setMinimumSize(charsWide(150), charsWide(84));

    connect(m_header->engines(), &EngineControl::refused, m_status, &StatusLine::say);
    connect(m_files, &ScenarioFiles::said, m_status, &StatusLine::say);
    connect(&m_theme, &ThemeSource::changed, this, [this] {
        applyTheme();
        m_preferences.setTheme(m_theme.theme().id);
    });
    // A flag and its row light up together, whichever the mouse is on.
    connect(m_panels, &PanelGrid::flagHovered, this, [this](int number) {
        m_panels->highlightFlag(number);
        m_side->events().highlight(number);
    });
    connect(m_panels, &PanelGrid::flagChosen, this, [this](int number) {
        m_side->showTab(m_tab = 1);
        m_side->events().highlight(number);
    });
    connect(&m_side->events(), &EventsTab::flagHovered, m_panels, &PanelGrid::highlightFlag);
    connect(&m_run, &RunModel::scenarioChanged, this, [this] {
        setWindowTitle(QString::fromStdString(m_run.scenario().name) + " — Tenfold");
    });
    applyTheme();
    m_diagram->setReducedMotion(m_preferences.reducesMotion());
    if (!restoreGeometry(m_preferences.geometry())) resize(1680, 1020);
    fitColumns();
    m_header->runButton()->setFocus();
}

MainWindow::~MainWindow() {
    // The parts outlive this destructor's body; the model's last words must not reach them.
    m_run.disconnect(this);
}

QWidget* MainWindow::makeCentre() {
    auto* centre = new QWidget;
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(10);
    auto* card = makeFrame("card");
    auto* box = new QVBoxLayout(card);
    box->setContentsMargins(14, 9, 14, 8);
    box->setSpacing(2);
    auto* head = new QHBoxLayout;
    head->addWidget(makeLabel(tr("System"), TextRole::title));
    auto* caption = new ElidedLabel;
    caption->setFont(fontFor(TextRole::small));
    caption->setProperty("kind", "faint");
    caption->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    head->addWidget(caption, 1);
    box->addLayout(head);
    m_diagram = new SystemDiagram(m_run, m_theme);
    box->addWidget(m_diagram, 1);
    const auto showCaption = [this, caption] { caption->setText(m_diagram->caption()); };
    connect(m_diagram, &SystemDiagram::captionChanged, caption, showCaption);
    connect(&m_run, &RunModel::topologyChanged, caption, showCaption);
    showCaption();
    connect(m_diagram, &SystemDiagram::boxChosen, this, &MainWindow::openBox);
    layout->addWidget(card, 27);
    m_tiles = new Tiles(m_run);
    layout->addWidget(m_tiles);
    m_panels = new PanelGrid(m_run, m_theme);
    m_panels->showViews({m_preferences.chartEndpoints(), m_preferences.chartsGoTogether()});
    connect(m_panels, &PanelGrid::viewsChanged, this, [this] {
        const auto views = m_panels->views();
        m_preferences.setChartEndpoints(views.endpoints, views.isTogether);
    });
    layout->addWidget(m_panels, 60);
    return centre;
}

void MainWindow::openBox(std::size_t box) {
    const QRect rect = m_diagram->boxRect(box);
    const QRect anchor(m_diagram->mapToGlobal(rect.topLeft()), rect.size());
    auto* popover = new NodePopover(m_diagram->model().boxes[box], m_run, m_theme, this);
    popover->openAt(anchor);
}

void MainWindow::openNode(const std::string& id) {
    const auto& boxes = m_diagram->model().boxes;
    for (std::size_t i = 0; i < boxes.size(); ++i)
        if (std::find(boxes[i].members.begin(), boxes[i].members.end(), id) !=
            boxes[i].members.end())
            return openBox(i);
}

void MainWindow::openCardOf(const std::string& mechanism) {
    for (auto* row : m_design->rows())
        if (row->spec().id == mechanism) row->openCard();
}

QPixmap MainWindow::picture() {
    QPixmap whole = grab();
    QPainter painter(&whole);
    for (auto* popover : findChildren<Popover*>())
        if (popover->isVisible())
            painter.drawPixmap(popover->pos() - mapToGlobal(QPoint(0, 0)), popover->grab());
    return whole;
}

void MainWindow::bindShortcuts() {
    const std::map<Command, std::function<void()>> bindings{
        {Command::toggleRun, [this] { m_run.toggleRun(); }},
        {Command::pinBaseline, [this] { pinBaseline(); }},
        {Command::reset, [this] { m_run.reset(); }},
        {Command::tier10k, [this] { m_run.changeUsers(1e4); }},
        {Command::tier100k, [this] { m_run.changeUsers(1e5); }},
        {Command::tier1M, [this] { m_run.changeUsers(1e6); }},
        {Command::undo, [this] { m_run.undoStack().undo(); }},
        {Command::redo, [this] { m_run.undoStack().redo(); }},
        {Command::newScenario, [this] { m_files->startNew(); }},
        {Command::openScenario, [this] { m_files->openWithDialog(); }},
        {Command::saveScenario, [this] { m_files->saveWithDialog(); }},
        {Command::exportCsv, [this] { m_files->exportWithDialog(); }},
        {Command::copyChart,
         [this] {
             m_status->say(m_panels->copyFocused()
                               ? tr("copied: a picture, and its numbers as text")
                               : tr("Choose a chart first (%1, then Tab).")
                                     .arg(keysText(Command::focusCharts)));
         }},
        {Command::focusSwitches, [this] { m_design->focusFirstSwitch(); }},
        {Command::focusDiagram, [this] { m_diagram->setFocus(Qt::ShortcutFocusReason); }},
        {Command::focusCharts,
         [this] { m_panels->charts().front()->setFocus(Qt::ShortcutFocusReason); }},
        {Command::focusExplanation, [this] { m_side->showTab(m_tab = 0, true); }},
        {Command::nextTab, [this] { m_side->showTab(m_tab = 1 - m_tab); }},
        {Command::checklist,
         [this] {
             const auto derive = [s = m_run.scenario()](const std::atomic<bool>& isCancelled) {
                 return deriveFor(s, isCancelled);
             };
             (new ChecklistDialog(derive, this))->show();
         }},
        {Command::toggleTheme, [this] { m_theme.toggle(); }},
        {Command::fullScreen, [this] { isFullScreen() ? showNormal() : showFullScreen(); }},
        {Command::help, [this] { HelpDialog(this).exec(); }},
        {Command::quit, [this] { close(); }},
    };
    Q_ASSERT(shortcutCollisions().isEmpty());
    for (const auto& entry : shortcuts()) {
        auto* action = new QAction(entry.what, this);
        action->setShortcuts(entry.keys);
        connect(action, &QAction::triggered, this, bindings.at(entry.command));
        addAction(action);
        m_actions[entry.command] = action;
    }
    connect(&m_run.undoStack(), &QUndoStack::canUndoChanged, m_actions[Command::undo],
            &QAction::setEnabled);
    connect(&m_run.undoStack(), &QUndoStack::canRedoChanged, m_actions[Command::redo],
            &QAction::setEnabled);
    m_actions[Command::undo]->setEnabled(m_run.undoStack().canUndo());
    m_actions[Command::redo]->setEnabled(m_run.undoStack().canRedo());
}

void MainWindow::pinBaseline() {
    if (!m_run.togglePinnedBaseline()) {
        m_status->say(tr("There is no p95 to pin yet."));
    } else if (m_run.isBaselinePinned()) {
        m_status->say(tr("Pinned: the tiles compare with these figures until %1 lets them go.")
                          .arg(keysText(Command::pinBaseline)));
    } else {
        m_status->say(tr("Let go: the tiles compare with before the last change."));
    }
}

QMenu* MainWindow::makeMenu() {
    auto* menu = new QMenu(this);
    menu->addAction(m_actions[Command::newScenario]);
    menu->addAction(m_actions[Command::openScenario]);
    auto* shipped = menu->addMenu(tr("Open a shipped scenario"));
    connect(shipped, &QMenu::aboutToShow, this, [this, shipped] {
        shipped->clear();
        for (const auto& name : m_files->shippedNames()) {
            auto* action = shipped->addAction(name);
            connect(action, &QAction::triggered, this,
                    [this, name] { m_files->openShipped(name); });
        }
        if (shipped->isEmpty()) shipped->addAction(tr("none found"))->setEnabled(false);
    });
    menu->addAction(m_actions[Command::saveScenario]);
    menu->addAction(m_actions[Command::exportCsv]);
    menu->addAction(m_actions[Command::copyChart]);
    menu->addSeparator();
    menu->addAction(m_actions[Command::undo]);
    menu->addAction(m_actions[Command::redo]);
    menu->addAction(m_actions[Command::reset]);
    menu->addAction(m_actions[Command::pinBaseline]);
    menu->addSeparator();
    menu->addAction(m_actions[Command::checklist]);
    menu->addAction(m_actions[Command::toggleTheme]);
    menu->addAction(m_actions[Command::fullScreen]);
    auto* motion = menu->addAction(tr("Reduce motion"));
    motion->setCheckable(true);
    motion->setChecked(m_preferences.reducesMotion());
    connect(motion, &QAction::toggled, this, [this](bool on) {
        m_preferences.setReducesMotion(on);
        m_diagram->setReducedMotion(on);
    });
    menu->addSeparator();
    menu->addAction(m_actions[Command::help]);
    menu->addAction(m_actions[Command::quit]);
    return menu;
}

void MainWindow::applyTheme() {
    // The palette first: the style sheet is resolved against it.
    QApplication::setPalette(paletteOf(m_theme.theme()));
    setStyleSheet(styleSheetOf(m_theme.theme()));
}

void MainWindow::fitColumns() {
    // The charts take what is left; the columns stay readable.
    const int left = std::clamp(width() * 19 / 100, charsWide(33), charsWide(44));
    const int right = std::clamp(width() * 21 / 100, charsWide(33), charsWide(50));
    if (m_design->width() != left) m_design->setFixedWidth(left);
    if (m_side->width() != right) m_side->setFixedWidth(right);
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    fitColumns();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    m_preferences.setGeometry(saveGeometry());
    // The window goes at once; the run ends in the background.
    hide();
    m_run.end();
    event->accept();
}

}  // namespace tenfold::app
