"""Earliest days, floats and the critical path equal what networkx finds, on random networks."""

from __future__ import annotations

import random

import networkx as nx
import pytest

from projects.enums import LinkKind
from projects.rules.network import CyclicPlan, Link, compute_network

NETWORKS = 200
MOST_TASKS = 2_000
SOURCE, SINK = "source", "sink"


def drawn_network(seed: int) -> tuple[list[int], list[Link], list[int]]:
    """Return durations, links of the four kinds with lags, and given days; never a cycle."""
    draw = random.Random(seed)
    size = MOST_TASKS if seed % 50 == 0 else int(2 * 300 ** draw.random())
    durations = [draw.choice((0, *range(1, 40))) for _ in range(size)]
    names = list(range(size))
    draw.shuffle(names)
    links = []
    for place in range(1, size):
        for _ in range(draw.choice((0, 1, 1, 2, 3))):
            before = draw.randrange(max(0, place - 60), place)
            kind = draw.choice(list(LinkKind))
            links.append(Link(names[before], names[place], kind, draw.randint(-15, 25)))
    not_before = [draw.choice((0, 0, 0, draw.randrange(500))) for _ in range(size)]
    return durations, links, not_before


def boundaries(durations: list[int], links: list[Link], not_before: list[int]) -> nx.DiGraph:
    """Return the graph of the boundaries: each task is an arc from its start to its finish."""
    graph = nx.DiGraph()
    for rank, days in enumerate(durations):
        graph.add_edge(SOURCE, ("start", rank), weight=max(0, not_before[rank]))
        graph.add_edge(("start", rank), ("finish", rank), weight=days)
        graph.add_edge(("finish", rank), SINK, weight=0)
    for link in links:
        # What binds a finish binds the start, which lies its whole duration before.
        at_finish = link.kind in {LinkKind.FINISH_START, LinkKind.FINISH_FINISH}
        left = ("finish" if at_finish else "start", link.predecessor)
        ends = link.kind in {LinkKind.FINISH_FINISH, LinkKind.START_FINISH}
        gap = link.lag - (durations[link.successor] if ends else 0)
        right = ("start", link.successor)
        former = graph.get_edge_data(left, right, {"weight": gap})["weight"]
        graph.add_edge(left, right, weight=max(former, gap))
    return graph


def longest_from(graph: nx.DiGraph, node: object) -> dict[object, int]:
    """Return the longest way from a node to all others: the shortest one of the opposite graph."""
    opposite = nx.DiGraph()
    opposite.add_weighted_edges_from((a, b, -w) for a, b, w in graph.edges(data="weight"))
    found = nx.single_source_bellman_ford_path_length(opposite, node)
    return {reached: -length for reached, length in found.items()}


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_a_random_network_has_the_days_and_floats_of_networkx(seed):
    durations, links, not_before = drawn_network(seed)
    network = compute_network(durations, links, not_before)
    graph = boundaries(durations, links, not_before)
    ways, back = longest_from(graph, SOURCE), longest_from(graph.reverse(), SINK)
    whole = ways[SINK]
    ranks = range(len(durations))
    assert network.length == whole == nx.dag_longest_path_length(graph)
    assert network.early_start == [ways["start", rank] for rank in ranks]
    floats = [whole - ways["start", rank] - back["start", rank] for rank in ranks]
    assert network.total_float == floats
    path = nx.dag_longest_path(graph)
    assert all(network.critical[node[1]] for node in path if node not in {SOURCE, SINK})


@pytest.mark.parametrize("seed", range(NETWORKS))
def test_a_link_back_is_refused_exactly_when_networkx_finds_a_cycle(seed):
    durations, links, _ = drawn_network(seed)
    draw = random.Random(seed + NETWORKS)
    added = Link(draw.randrange(len(durations)), draw.randrange(len(durations)))
    graph = nx.DiGraph([(one.predecessor, one.successor) for one in (*links, added)])
    try:
        compute_network(durations, [*links, added])
    except CyclicPlan as refused:
        turn = refused.cycle
        assert all(graph.has_edge(a, b) for a, b in zip(turn, [*turn[1:], turn[0]], strict=True))
    else:
        assert nx.is_directed_acyclic_graph(graph)
