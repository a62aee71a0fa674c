"""What can honestly be known about one person's shoulders: situations, exercises, and the alerts themselves.  Pure.

    history's records ──occasions.py──► Occasion: an exercise, or a pause like it without one
                        windows.py       its load before, at the trigger, and after      (log %RVE, trigger left out)
                        estimate.py      exercises against pauses: a difference and its error (ANCOVA)
                        shrink.py        ... pulled towards "no difference", with an interval
                        findings.py      ... only at planned looks; else "can't be known yet", and why
    shares of rest ────situations.py───► in which contexts, weekdays and hours there is more or less of it
                       observed.py       ... and before which answers, once two weeks of looking are over
                       contrast.py       what `shrink.py` is for effects, for shares of rest

Why not before and after?  A cue comes when the load happens to be high, and what is high falls by itself: regression to
the mean (Galton 1886; Bland & Altman, BMJ 1994;308:1499; Barnett, van der Pols & Dobson, Int J Epidemiol 2005;34:215).
For simulated persons whom nothing helps, before/after claims 5 to 35 % (tests/core/test_insight_simulated.py).

How somebody feels (discomfort, mood) is no argument of any function here, on purpose.
"""
