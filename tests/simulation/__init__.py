"""The whole bot on virtual time against modelled services: every kill point, pairs of them, and random schedules.

The service, the store with its SQL, the loops and the stream's parser are the real ones; Oxen, Discord, the members
and the moment of death are models. A schedule decides everything, so that a seed makes the same run again:
`python -m tests.simulation --seed N` prints it.
"""
