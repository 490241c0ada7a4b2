// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/topology/node_popover.h"

#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QMenu>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>
#include <algorithm>

#include "app/theme/words.h"
#include "app/topology/node_figures.h"

namespace tenfold::app {

namespace {

constexpr double kWidth = 92;  // characters: a whole psql command, two columns of figures
constexpr int kMargin = 14;

QLabel* sectionHead(const QString& text) {
    return makeLabel(text, TextRole::tiny, "muted");
}

QVBoxLayout* column() {
    auto* layout = new QVBoxLayout;
    layout->setSpacing(4);
    return layout;
}

}  // namespace

NodePopover::NodePopover(const DiagramBox& box, const RunModel& run, const ThemeSource& theme,
                         QWidget* owner)
    : Popover(owner), m_run(run), m_theme(theme) {
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(2, 12, 2, 12);
    m_content = new QWidget;
    auto* layout = new QVBoxLayout(m_content);
    layout->setContentsMargins(kMargin, 0, kMargin, 0);
    layout->setSpacing(10);
    addHead(layout, box);
    if (box.isPlanned || box.members.empty()) {
        layout->addWidget(makeLabel(tr("Starts with the run."), TextRole::body, "muted"));
    } else {
        addCommand(layout);
        addFigures(layout);
        auto* line = makeFrame("line");
        line->setFixedHeight(1);
        layout->addWidget(line);
        m_slowest = new SlowRequestView(run, theme);
        connect(m_slowest, &SlowRequestView::resized, this, &NodePopover::fit);
        layout->addWidget(m_slowest);
    }
    layout->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidget(m_content);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    outer->addWidget(scroll);
    setFixedWidth(charsWide(kWidth));
    if (m_slowest) {
        showNode(box.members.front());
        connect(&run, &RunModel::ticked, this, &NodePopover::refresh);
        connect(&run, &RunModel::topologyChanged, this, &NodePopover::refresh);
    }
    fit();
}

void NodePopover::addHead(QVBoxLayout* layout, const DiagramBox& box) {
    auto* head = new QHBoxLayout;
    head->setSpacing(8);
    head->addWidget(makeLabel(box.title, TextRole::title));
    if (box.members.size() > 1) {
        m_member = new QToolButton;
        m_member->setProperty("kind", "choice");
        m_member->setPopupMode(QToolButton::InstantPopup);
        m_member->setAccessibleName(tr("Which of them"));
        auto* menu = new QMenu(m_member);
        for (const auto& id : box.members)
            connect(menu->addAction(QString::fromStdString(id)), &QAction::triggered, this,
                    [this, id] { showNode(id); });
        m_member->setMenu(menu);
        head->addWidget(m_member);
    }
    head->addStretch(1);
    m_address = makeLabel({}, TextRole::small, "muted");
    head->addWidget(m_address);
    layout->addLayout(head);
}

void NodePopover::addCommand(QVBoxLayout* layout) {
    m_commandRow = new QWidget;
    auto* row = new QHBoxLayout(m_commandRow);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    m_command = new QLineEdit;
    m_command->setReadOnly(true);
    m_command->setFont(fixedFont());
    auto* copy = new QToolButton;
    copy->setIcon(glyphIcon(Glyph::copy, m_theme.theme().muted));
    copy->setToolTip(tr("Copy"));
    copy->setAccessibleName(tr("Copy the command line"));
    connect(copy, &QToolButton::clicked, this,
            [this] { QApplication::clipboard()->setText(m_command->text()); });
    row->addWidget(m_command, 1);
    row->addWidget(copy);
    layout->addWidget(m_commandRow);
    m_noCommand = makeLabel(tr("Simulated: there is no process to ask. With Live, or with "
                               "tenfold-cli up, a command line stands here."),
                            TextRole::small, "faint");
    m_noCommand->setWordWrap(true);
    layout->addWidget(m_noCommand);
}

void NodePopover::addFigures(QVBoxLayout* layout) {
    auto* columns = new QHBoxLayout;
    columns->setSpacing(28);
    auto* left = column();
    left->addWidget(sectionHead(tr("QUEUE")));
    m_used = new MeterBar(m_theme);
    left->addWidget(m_used);
    m_queue = new FigureList;
    left->addWidget(m_queue);
    left->addSpacing(6);
    left->addWidget(sectionHead(tr("COUNTERS")));
    m_counters = new FigureList;
    left->addWidget(m_counters);
    left->addStretch(1);
    auto* right = column();
    right->addWidget(sectionHead(tr("SWITCHES THAT ACT HERE")));
    m_switches = new FigureList;
    right->addWidget(m_switches);
    right->addSpacing(6);
    m_machineTitle = sectionHead(tr("ITS MACHINE"));
    right->addWidget(m_machineTitle);
    m_machine = new FigureList;
    right->addWidget(m_machine);
    right->addStretch(1);
    columns->addLayout(left, 1);
    columns->addLayout(right, 1);
    layout->addLayout(columns);
}

const engine::NodeAddress* NodePopover::address() const {
    for (const auto& node : m_run.topology().nodes)
        if (node.id == m_node) return &node;
    return nullptr;
}

void NodePopover::showNode(const std::string& id) {
    m_node = id;
    const auto* where = address();
    m_role = where ? where->role : std::string();
    if (m_member) m_member->setText(QString::fromStdString(id) + "  ▾");
    m_command->setAccessibleName(
        tr("Command line that talks to %1").arg(QString::fromStdString(id)));
    m_slowest->showNode(id, m_role);
    refresh();
    fit();
}

void NodePopover::showAddress() {
    const auto& nodes = m_run.figures().window.nodes;
    const auto sample = nodes.find(m_node);
    const bool isDead = sample != nodes.end() && !sample->second.alive;
    const auto* where = address();
    const bool isSimulated = m_run.isSimulated();
    setKind(m_address, isDead ? "bad" : "muted");
    if (isDead) {
        setTextIfNew(m_address, tr("dead"));
    } else if (isSimulated) {
        setTextIfNew(m_address, tr("simulated"));
    } else if (where) {
        QString text = QString("%1:%2  ·  pid %3")
                           .arg(QString::fromStdString(where->address))
                           .arg(where->port)
                           .arg(where->pid);
        if (!where->program.empty()) text += "  ·  " + QString::fromStdString(where->program);
        setTextIfNew(m_address, text);
    } else {
        setTextIfNew(m_address, tr("gone"));
    }
    const bool hasCommand = where && !where->tryIt.empty() && !isDead;
    m_commandRow->setVisible(hasCommand);
    m_noCommand->setVisible(isSimulated);
    const QString command = hasCommand ? QString::fromStdString(where->tryIt) : QString();
    if (m_command->text() == command) return;
    m_command->setText(command);
    m_command->setCursorPosition(0);
}

void NodePopover::refresh() {
    showAddress();
    const auto& nodes = m_run.figures().window.nodes;
    const auto sample = nodes.find(m_node);
    if (sample == nodes.end() || !sample->second.alive) {
        m_queue->show({{tr("no data"), {}}});
        m_counters->show({{tr("no data"), {}}});
        m_used->hide();
    } else {
        const NodeQueue queue = queueOf(sample->second);
        m_queue->show(queue.figures);
        m_used->setVisible(queue.used.has_value());
        if (queue.used) m_used->show(*queue.used);
        m_counters->show(countersOf(sample->second));
    }
    m_switches->show(switchesOf(m_role, m_run.scenario(), m_run.catalogue()));
    const auto machine = machineOf(m_role, m_run.scenario());
    m_machineTitle->setVisible(!machine.empty());
    m_machine->show(machine);
    m_slowest->refreshAge();
}

void NodePopover::fit() {
    m_content->ensurePolished();
    m_content->layout()->activate();
    const QRect room = this->room();
    const int margins = layout()->contentsMargins().top() + layout()->contentsMargins().bottom();
    const int inner =
        width() - layout()->contentsMargins().left() - layout()->contentsMargins().right();
    const auto* content = m_content->layout();
    const int wanted = content->hasHeightForWidth() ? content->totalHeightForWidth(inner)
                                                    : content->totalSizeHint().height();
    const int height = std::min(wanted + margins, room.height() - 8);
    if (height == this->height()) return;
    setFixedHeight(height);
    // It grows from where it stands, but not out of the screen.
    if (isVisible() && y() + height > room.bottom() - 4)
        move(x(), std::max(room.top() + 4, room.bottom() - 4 - height));
}

}  // namespace tenfold::app
