"""Writes first-order.json beside this file: trajectories of optimizers with options that optimizers.json does not cover, and
learning rate schedules. Debian's python3-torch 1.13: /usr/bin/python3 first-order.py
"""
import json, os, torch
torch.set_default_dtype(torch.float64); torch.set_num_threads(1)
here = os.path.dirname(os.path.abspath(__file__))
base = json.load(open(os.path.join(here, 'optimizers.json')))
H, start = torch.tensor(base['H']), torch.tensor(base['start'])
O, S = torch.optim, torch.optim.lr_scheduler

def trajectory(make, steps=40):
    x = start.clone().requires_grad_(True); o = make([x]); out = []
    for _ in range(steps):
        o.zero_grad(); (.5 * x @ (H @ x) + torch.cos(x).sum()).backward(); o.step(); out.append(x.detach().tolist())
    return out

def rates(make, steps=40):
    x = torch.zeros(1, requires_grad=True); o = O.SGD([x], 1.); s = make(o); out = []
    for _ in range(steps):
        out.append(o.param_groups[0]['lr']); o.step(); s.step()
    return out

def plateau(losses, **options):
    x = torch.zeros(1, requires_grad=True); o = O.SGD([x], 1.); s = S.ReduceLROnPlateau(o, **options); out = []
    for l in losses: s.step(l); out.append(o.param_groups[0]['lr'])
    return out

losses = [10 - k if k < 5 else 5.5 + (k % 3) * .1 for k in range(40)]
trajectories = {
 'rmsprop weightDecay=0.1': lambda p: O.RMSprop(p, .02, weight_decay=.1),
 'adadelta lr=0.5 rho=0.8 eps=1e-5 weightDecay=0.1': lambda p: O.Adadelta(p, .5, rho=.8, eps=1e-5, weight_decay=.1),
 'amsgrad beta1=0.5 beta2=0.6 weightDecay=0.1': lambda p: O.Adam(p, .05, betas=(.5, .6), amsgrad=True, weight_decay=.1),
 'adamax beta1=0.5 beta2=0.6 weightDecay=0.1': lambda p: O.Adamax(p, .05, betas=(.5, .6), weight_decay=.1),
 'nadam beta1=0.5 beta2=0.6 momentumDecay=0.1 weightDecay=0.1': lambda p: O.NAdam(p, .05, betas=(.5, .6), momentum_decay=.1, weight_decay=.1),
 'radam beta1=0.5 beta2=0.9 weightDecay=0.1': lambda p: O.RAdam(p, .05, betas=(.5, .9), weight_decay=.1),
 'radam beta2=0.6': lambda p: O.RAdam(p, .05, betas=(.9, .6)),
 'rprop lr=0.3 etas=[0.3,1.5] bounds=[0.01,0.4]': lambda p: O.Rprop(p, .3, etas=(.3, 1.5), step_sizes=(.01, .4)),
}
schedules = {
 'step every=7 factor=0.3': lambda o: S.StepLR(o, 7, .3),
 'exponential factor=0.9': lambda o: S.ExponentialLR(o, .9),
 'polynomial steps=30 power=2': lambda o: S.PolynomialLR(o, 30, 2.),
 'cosine steps=39 final=0.1': lambda o: S.CosineAnnealingLR(o, 39, .1),
 'cosine steps=10 restarts=1': lambda o: S.CosineAnnealingWarmRestarts(o, 10, 1),
 'cosine steps=5 restarts=2 final=0.1': lambda o: S.CosineAnnealingWarmRestarts(o, 5, 2, .1),
 'one cycle steps=40': lambda o: S.OneCycleLR(o, 1., 40, cycle_momentum=False),
 'one cycle steps=50 rise=0.4 divisor=10 finalDivisor=100': lambda o: S.OneCycleLR(o, 1., 50, pct_start=.4, div_factor=10, final_div_factor=100, cycle_momentum=False),
 'pieces 10, 25 factor 0.1': lambda o: S.MultiStepLR(o, [10, 25], .1),
 'warm-up 8 from 0.1, then exponential 0.9': lambda o: S.SequentialLR(o, [S.LinearLR(o, .1, 1., 8), S.ExponentialLR(o, .9)], [8]),
}
plateaus = {
 'default': plateau(losses), 'patience=3 factor=0.5': plateau(losses, patience=3, factor=.5),
 'patience=2 cooldown=4 least=0.2 factor=0.5': plateau(losses, patience=2, cooldown=4, min_lr=.2, factor=.5),
 'threshold=0.2 patience=1 least=1e-6': plateau(losses, threshold=.2, patience=1, min_lr=1e-6),
}
json.dump(dict(source='torch 1.13 float64', trajectories={k: trajectory(v) for k, v in trajectories.items()},
               schedules={k: rates(v) for k, v in schedules.items()}, plateauLosses=losses, plateaus=plateaus),
          open(os.path.join(here, 'first-order.json'), 'w'), separators=(',', ':'))
