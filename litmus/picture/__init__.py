"""Pictures of executions: a graph of labelled events, its layout, and the forms it is drawn in.

`graph` says what is in a picture, `grid`, `layout` and `labels` where it stands, `svg`, `dot` and `plain` draw
it.  Nothing here knows a model: a cycle to be shown is handed in.
"""
