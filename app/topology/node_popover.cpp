// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/topology/node_popover.h"

#include <QApplication>
#include <QClipboard>
#include <QGridLayout>
#include <QLineEdit>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/theme/words.h"

namespace tenfold::app {

namespace {

void addCounter(QGridLayout* grid, const QString& name, const QString& value) {
    const int row = grid->rowCount();
    grid->addWidget(makeLabel(name, TextRole::small, "muted"), row, 0);
    grid->addWidget(makeLabel(value, TextRole::small), row, 1, Qt::AlignRight);
}

QString plain(const std::string& key) {
    return QString::fromStdString(key).replace('_', ' ');
}

QGridLayout* countersOf(const measure::NodeSample& n) {
    auto* grid = new QGridLayout;
    grid->setVerticalSpacing(2);
    grid->setHorizontalSpacing(24);
    grid->setColumnStretch(0, 1);
    const double seconds = n.spanMs > 0 ? n.spanMs / 1000 : 1;
    if (n.cores > 0)
        addCounter(grid, "CPU",
                   QString(n.cores == 1 ? "%1 of %2 core" : "%1 of %2 cores")
                       .arg(n.utilisation() * n.cores, 0, 'f', 1)
                       .arg(n.cores, 0, 'f', 0));
    addCounter(grid, "arrived", perSecond(static_cast<double>(n.arrived) / seconds) + " /s");
    addCounter(grid, "completed", perSecond(static_cast<double>(n.completed) / seconds) + " /s");
    if (n.capacity > 0)
        addCounter(grid, "in use",
                   QString("%1 of %2").arg(n.inUse, 0, 'f', 0).arg(n.capacity, 0, 'f', 0));
    addCounter(grid, "waiting", count(n.waiting));
    for (const auto& [reason, rejected] : n.rejected)
        if (rejected > 0)
            addCounter(grid, "rejected: " + plain(reason),
                       perSecond(static_cast<double>(rejected) / seconds) + " /s");
    for (const auto& [name, value] : n.gauges) addCounter(grid, plain(name), compact(value));
    if (const auto p99 = n.overrun.percentileMs(0.99))
        addCounter(grid, "overrun p99", milliseconds(*p99));
    addCounter(grid, "host CPU", milliseconds(n.hostCpuMs / seconds) + " a second");
    return grid;
}

void addNode(QVBoxLayout* layout, const std::string& id, const RunModel& run,
             const ThemeSource& theme) {
    const engine::NodeAddress* address = nullptr;
    for (const auto& node : run.topology().nodes)
        if (node.id == id) address = &node;
    const auto sample = run.figures().window.nodes.find(id);
    const bool hasSample = sample != run.figures().window.nodes.end();
    const bool isDead = hasSample && !sample->second.alive;

    auto* head = new QHBoxLayout;
    head->addWidget(makeLabel(QString::fromStdString(id), TextRole::strong));
    head->addStretch(1);
    if (isDead) {
        head->addWidget(makeLabel("dead", TextRole::small, "bad"));
    } else if (address && address->pid) {
        head->addWidget(makeLabel(QString("%1:%2 · pid %3")
                                      .arg(QString::fromStdString(address->address))
                                      .arg(address->port)
                                      .arg(address->pid),
                                  TextRole::small, "muted"));
    }
    layout->addLayout(head);
    if (address && !address->tryIt.empty() && !isDead) {
        auto* row = new QHBoxLayout;
        auto* line = new QLineEdit(QString::fromStdString(address->tryIt));
        line->setReadOnly(true);
        line->setFont(fixedFont());
        line->setCursorPosition(0);
        line->setAccessibleName("Command line that talks to " + QString::fromStdString(id));
        auto* copy = new QToolButton;
        copy->setIcon(glyphIcon(Glyph::copy, theme.theme().muted));
        copy->setToolTip("Copy");
        copy->setAccessibleName("Copy the command line");
        QObject::connect(copy, &QToolButton::clicked, line,
                         [line] { QApplication::clipboard()->setText(line->text()); });
        row->addWidget(line, 1);
        row->addWidget(copy);
        layout->addLayout(row);
    }
    if (hasSample && !isDead) {
        layout->addLayout(countersOf(sample->second));
    } else if (!isDead) {
        layout->addWidget(makeLabel("no data yet", TextRole::small, "faint"));
    }
}

}  // namespace

Popover* makeNodePopover(const DiagramBox& box, const RunModel& run, const ThemeSource& theme,
                         QWidget* owner) {
    auto* popover = new Popover(owner);
    auto* outer = new QVBoxLayout(popover);
    outer->setContentsMargins(4, 10, 4, 10);
    auto* content = new QWidget;
    auto* layout = new QVBoxLayout(content);
    layout->setContentsMargins(12, 0, 12, 0);
    layout->setSpacing(6);
    layout->addWidget(makeLabel(box.title, TextRole::title));
    if (box.isPlanned) {
        layout->addWidget(makeLabel("Starts with the run.", TextRole::body, "muted"));
    } else {
        bool isFirst = true;
        for (const auto& id : box.members) {
            if (!isFirst) {
                auto* line = makeFrame("line");
                line->setFixedHeight(1);
                layout->addWidget(line);
            }
            isFirst = false;
            addNode(layout, id, run, theme);
        }
    }
    layout->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidget(content);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    outer->addWidget(scroll);
    const int width = charsWide(66);  // a whole psql command
    content->ensurePolished();
    popover->setFixedSize(width, std::min(content->sizeHint().height() + 40, charsWide(80)));
    return popover;
}

}  // namespace tenfold::app
