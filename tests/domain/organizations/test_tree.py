"""The organization tree: what lies below whom."""

from api.domain.organizations import service as organizations
from api.lib.uow import Kernel, unit_of_work


async def test_a_subtree_holds_the_node_and_everything_below_it(kernel: Kernel) -> None:
    async with unit_of_work(kernel) as uow:
        university = await organizations.create(uow, name="University", slug="university", kind="university")
        faculty = await organizations.create(uow, name="Faculty", slug="faculty", kind="faculty", parent=university.uid)
        department = await organizations.create(
            uow, name="Department", slug="department", kind="department", parent=faculty.uid
        )
        other = await organizations.create(uow, name="Other", slug="other")
        found = await organizations.subtrees(uow, [university.id, faculty.id, other.id])
    assert found == {
        university.id: {university.id, faculty.id, department.id},
        faculty.id: {faculty.id, department.id},
        other.id: {other.id},
    }


async def test_nobody_has_nothing_below(kernel: Kernel) -> None:
    async with unit_of_work(kernel) as uow:
        assert await organizations.subtrees(uow, []) == {}
        assert await organizations.subtrees(uow, [4711]) == {}
