# Lines that the rules find (`ruleid`) and leave (`ok`); nothing of this file is run.


def nodes(user):
    # ruleid: unscoped-serializer
    every = PortfolioNode.objects.all()
    # ok: unscoped-serializer
    return PortfolioNode.objects.visible_to(user), every
